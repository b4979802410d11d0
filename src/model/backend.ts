import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';

/** The backend of TF.js that was started. */
export interface Backend {
  readonly name: 'wasm' | 'cpu';
  /** Why it is not WASM, on one line; null where it is. */
  readonly reason: string | null;
}

/** Starts TF.js on its WASM backend, or on its CPU one where that can't start. */
export async function startBackend(start: (name: string) => Promise<boolean> = tf.setBackend): Promise<Backend> {
  try {
    if (await start('wasm')) return { name: 'wasm', reason: null };
    return await onCpu('it did not start');
  } catch (error) {
    return onCpu(error instanceof Error ? error.message.split('\n')[0] : String(error));
  }
}

async function onCpu(reason: string): Promise<Backend> {
  await tf.setBackend('cpu');
  // In Node its first tensor would print an advertisement for another package.
  (tf.backend() as { firstUse?: boolean }).firstUse = false;
  return { name: 'cpu', reason };
}
