import type * as tfjs from '@tensorflow/tfjs-core';
import { tf } from './tf.js';

/**
 * The derivatives of a number by tensors and variables, as TF.js has them: null where no path leads there.
 *
 * TF.js keeps tensors for the way back until it ends. Where it doesn't get there they are given back here.
 *
 * @param of is called once
 */
export function gradientsOf(of: () => tfjs.Tensor, by: readonly tfjs.Tensor[]): readonly (tfjs.Tensor | null)[] {
  const engine = tf().engine();
  const recorded = (): tfjs.Tensor => {
    const value = of();
    cutTape();
    return value;
  };
  try {
    // Not tf.variableGrads: it wants variables only, and every one of them trainable and on the way to the value.
    const { grads } = engine.gradients(recorded, [...by], undefined, true);
    return (grads as (tfjs.Tensor | undefined)[]).map((gradient) => gradient ?? null);
  } catch (error) {
    const { state } = engine;
    // Deeper down it is the tape of a caller, who goes on with it.
    if (state.gradientDepth === 0) for (const { saved } of state.activeTape ?? []) tf().dispose(saved ?? []);
    throw error;
  }
}

const isReal = ({ dtype }: tfjs.Tensor): boolean => dtype === 'float32' || dtype === 'complex64';

/**
 * Cuts the tape of the pass being recorded at comparisons and indices: no derivative leads through them.
 *
 * TF.js follows them all the same, and throws at an operation without a gradient (Any, Greater, DenseBincount) or with one that
 * is an integer (the indices of GatherV2). Real-valued operations without a gradient still throw.
 */
function cutTape(): void {
  for (const node of tf().engine().state.activeTape) {
    if (node.gradient && node.kernelName !== 'GatherV2') continue;
    const leadsOn = node.outputs.some(isReal);
    node.inputs = Object.fromEntries(Object.entries(node.inputs).filter(([, input]) => leadsOn && isReal(input)));
  }
}
