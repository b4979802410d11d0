import type { Tensor } from '@tensorflow/tfjs-core';
import { printable } from '../../core/printable.js';
import { add } from '../../graph/operations/arithmetic.js';
import type { StoredWeight, Penalty } from '../../graph/weight.js';
import { foreign } from './foreign/foreign.js';
import { inside, lastName, regularizerOf, type LayerVariable, type TfLayer } from './internals.js';

/** A weight of a live layer, and the variable that it stands for. */
export interface LiveWeight { readonly weight: StoredWeight; readonly variable: LayerVariable }

/**
 * Gives a live layer's own weights their penalties: TF.js keeps a function for each, which reads the weight and gives a number. Those of recurrent
 * cells are among them, which TF.js's own `fit` leaves out.
 */
export function penalise(layer: TfLayer, weights: readonly LiveWeight[]): void {
  for (const { weight } of weights) weight.penalty = null;
  for (const loss of inside(layer)._losses ?? []) {
    // One that reads none of them costs the same whatever they are: it has to stand somewhere.
    const read = firstRead(loss, weights) ?? weights[0];
    if (read) read.weight.penalty = together(read.weight.penalty, penaltyOf(layer, read, loss, weights));
  }
}

/** Which weight's variable a function reads before all others. It goes no further, so that nothing is computed. */
function firstRead(loss: () => unknown, weights: readonly LiveWeight[]): LiveWeight | null {
  let found: LiveWeight | null = null;
  for (const one of weights) {
    one.variable.read = () => {
      found ??= one;
      throw new Error('that will do');
    };
  }
  try {
    loss();
  } catch {
    // As it should.
  } finally {
    // The class has it.
    for (const { variable } of weights) delete (variable as { read?: unknown }).read;
  }
  return found;
}

/** How a weight's options start where that is not its name. */
const ROLES: Readonly<Record<string, string>> = { recurrent_kernel: 'recurrent', depthwise_kernel: 'depthwise', pointwise_kernel: 'pointwise' };

function penaltyOf(layer: TfLayer, { weight, variable }: LiveWeight, loss: () => Tensor, weights: readonly LiveWeight[]): Penalty {
  const name = lastName(variable);
  const regularizer = regularizerOf(layer, `${ROLES[name] ?? name}Regularizer`);
  const { l1, l2 } = (regularizer?.getClassName() === 'L1L2' ? regularizer.getConfig() : {}) as { readonly l1?: unknown; readonly l2?: unknown };
  if (typeof l1 === 'number' && typeof l2 === 'number') return { l1, l2, orthogonal: null, other: null };
  return {
    l1: 0, l2: 0, orthogonal: null, other: regularizer?.getClassName() ?? 'a function',
    compute: (x, tensor) => foreign(`the penalty on a weight of layer '${printable(layer.name)}'`, () => [loss()], [],
      weights.map((one) => ({ variable: one.variable.val, tensor: one.weight === weight ? x : tensor(one.weight) })))[0]!,
  };
}

function together(some: Penalty | null, more: Penalty): Penalty {
  if (!some) return more;
  const both = [some, more].flatMap(({ compute }) => compute ?? []);
  return {
    l1: some.l1 + more.l1, l2: some.l2 + more.l2, orthogonal: null, other: some.other ?? more.other,
    ...(both.length > 0 && { compute: (x, tensor) => both.map((compute) => compute(x, tensor)).reduce(add) }),
  };
}
