import * as tf from '@tensorflow/tfjs-core';

/** A loss, and its derivatives by what was asked for: null where no path leads from there to the loss. */
export interface Differentiated {
  readonly value: tf.Scalar;
  readonly gradients: readonly (tf.Tensor | null)[];
}

/**
 * Computes a loss, and its derivative along everything in it that depends on an anchor, a zero, or on given variables.
 *
 * TF.js keeps tensors for the backward pass until it ends. Where it doesn't get there they are given back here.
 *
 * @param loss is called once; what it computes from the anchor and the variables is differentiated
 * @param variables what the loss is differentiated by beside the anchor, e.g. weights
 * @param explain makes what is thrown of an error in the backward pass; those of the loss itself go through as they are
 */
export function differentiate(
  loss: (anchor: tf.Scalar) => tf.Scalar, variables: readonly tf.Variable[], explain: (error: unknown) => Error,
): Differentiated {
  let backward = false;
  const anchor = tf.scalar(0);
  const recorded = (): tf.Tensor => {
    const value = loss(anchor);
    cutTape();
    backward = true;
    return value;
  };
  try {
    // Not tf.variableGrads: it wants variables only, and every one of them trainable and on the way to the loss.
    const { value, grads } = tf.engine().gradients(recorded, [anchor, ...variables], undefined, true);
    return { value: value as tf.Scalar, gradients: (grads as (tf.Tensor | undefined)[]).slice(1).map((gradient) => gradient ?? null) };
  } catch (error) {
    const { state } = tf.engine();
    // Deeper down it is the tape of a caller, who goes on with it.
    if (state.gradientDepth === 0) for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
    throw backward ? explain(error) : error;
  }
}

const isReal = ({ dtype }: tf.Tensor): boolean => dtype === 'float32' || dtype === 'complex64';

/**
 * Cuts the tape of the pass being recorded at comparisons and indices: no derivative leads through them.
 *
 * TF.js follows them all the same, and throws at an operation without a gradient (Any, Greater, DenseBincount) or with one that
 * is an integer (the indices of GatherV2). In `fit` it gets there from trainable weights alone; here from every tapped
 * layer, so that it would throw for models that TF.js can train. Real-valued operations without a gradient still throw.
 */
function cutTape(): void {
  for (const node of tf.engine().state.activeTape) {
    if (node.gradient && node.kernelName !== 'GatherV2') continue;
    const leadsOn = node.outputs.some(isReal);
    node.inputs = Object.fromEntries(Object.entries(node.inputs).filter(([, input]) => leadsOn && isReal(input)));
  }
}
