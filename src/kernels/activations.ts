/**
 * The activations that the kernels have, by the number they go by there (`assembly/activation.ts`).
 *
 * All others of `cells/activations.ts` run on the reference cells: those whose derivative doesn't follow from the activated
 * value (swish, gelu, mish and the like), those with a parameter of their own, the exponentials, and softmax, logSoftmax and sparsemax,
 * which act on all units together. Recurrent dropout runs on the reference cells too.
 */
export const kernelActivations: ReadonlyMap<string, number> = new Map([
  ['tanh', 0],
  ['sigmoid', 1],
  ['linear', 2],
  ['relu', 3],
  ['hardSigmoid', 4],
  ['hardSigmoidKeras3', 5],
  ['relu6', 6],
  ['softsign', 7],
]);
