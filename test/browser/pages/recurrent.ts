import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { accelerate } from '../../../src/from/tfjs/accelerate/accelerate.js';
import { readTfjsModels } from '../../../src/from/tfjs/reader.js';
import { kernels, kernelsAvailable, usePlainBuild } from '../../../src/kernels/module.js';
import { setThreads, threads } from '../../../src/kernels/threads.js';
import { trace } from '../../../src/trace/trace.js';
import { apply, dense, recurrent, tensor, type RecurrentKind } from '../../trace/seeded.js';

// As the public face does it, which this page doesn't load.
readTfjsModels();

/** What a page's kernels are, and what their workers have done so far. */
export interface Kernels {
  readonly fused: boolean | null;
  readonly isolated: boolean;
  /** How many threads may be used, and how many can work now. */
  readonly threads: number;
  readonly working: number;
  /** Jobs done by workers. */
  readonly helped: number;
}

export function state(): Kernels {
  const { fused, team } = kernelsAvailable() ? kernels() : { fused: null, team: null };
  return {
    fused, isolated: (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true,
    threads: threads(), working: team?.size() ?? 1, helped: team?.helped ?? 0,
  };
}

export const plain = (): void => { usePlainBuild(); };

/** Sets the number of threads and waits until they work, or it is known that they can't. */
export async function useThreads(count: number): Promise<Kernels> {
  setThreads(count);
  while (kernelsAvailable() && state().working < threads()) {
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  return state();
}

/**
 * All that a small model's recurrent layers give: through `trace` outputs and gradients by them, and, through an accelerated
 * model, predictions and weight gradients. Each array is float32 in base64: as lists of numbers they take seconds.
 */
export async function everything(kind: RecurrentKind): Promise<Record<string, string>> {
  await tf.setBackend('cpu');
  tf.engine().startScope();
  // Three blocks of samples, the last not full, and enough to do for several threads.
  const [samples, steps, features, units] = [22, 60, 21, 50];
  try {
    // Small enough that a sequence does not amplify differences in rounding.
    const calm = (seed: number): object => ({ recurrentInitializer: tfl.initializers.randomNormal({ stddev: 0.1, seed }) });
    const input = tfl.input({ shape: [steps, features] });
    const first = apply(tfl.layers.bidirectional({ layer: recurrent(kind, units, 1, { returnSequences: true, ...calm(3) }), mergeMode: 'sum', name: 'first' }), input);
    const output = apply(dense(2, 7), apply(recurrent(kind, units, 4, { name: 'last', ...calm(6) }), first));
    const model = tfl.model({ inputs: input, outputs: output });
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const x = tensor(1, [samples, steps, features]);
    const y = tensor(2, [samples, 2]);

    const found: Record<string, string> = {};
    const note = (name: string, values: ArrayLike<number>): void => { found[name] = base64(Float32Array.from(values)); };
    const run = await trace(model, x, y, { layers: [0, 'first', 'last'] });
    for (const layer of run.select('*')) {
      note(`${layer.className} outputs`, layer.value().data);
      note(`${layer.className} gradient`, layer.gradient().data);
    }
    const { restore } = accelerate(model);
    note('predictions', (model.predict(x) as tf.Tensor).dataSync());
    const { grads } = tf.variableGrads(() => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor));
    Object.values(grads).forEach((gradient, k) => { note(`weight gradient ${k}`, gradient.dataSync()); });
    restore();
    model.dispose();
    return found;
  } finally {
    tf.engine().endScope();
  }
}

/** Makes every worker that starts from here on fail: in its first lines, or in being made. */
export function breakWorkers(how: 'in its source' | 'in being made'): void {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor() {
      if (how === 'in being made') throw new DOMException('no more workers', 'SecurityError');
      super(URL.createObjectURL(new Blob(['throw new Error("out of order")'], { type: 'text/javascript' })));
    }
  };
}

/** Has the workers end, unseen by the kernels, which are to find it out soon. Chromium gives them seconds to come out of what they do. */
export async function endWorkers(): Promise<void> {
  const team = kernels().team!;
  await team.terminate();
  team.patience = 300;
}

/** As `everything`, on two threads, in a worker of the page's. */
export async function inWorker(kind: RecurrentKind): Promise<{ found: Record<string, string>; state: Kernels }> {
  const source = `
    import * as loaded from '${location.origin}/bundle.js';
    loaded.plain();
    await loaded.useThreads(2);
    const found = await loaded.everything('${kind}');
    postMessage({ found, state: loaded.state() });`;
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => { resolve(data as Awaited<ReturnType<typeof inWorker>>); };
    worker.onerror = ({ message }) => { reject(new Error(message)); };
  });
}

const base64 = (values: Float32Array): string => {
  const bytes = new Uint8Array(values.buffer);
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
};
