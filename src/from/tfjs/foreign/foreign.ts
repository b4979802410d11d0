import type * as tfjs from '@tensorflow/tfjs-core';
import type { Floats } from '../../../cells/floats.js';
import { SeeRnnError } from '../../../core/errors.js';
import { apply, type Operation } from '../../../graph/operation.js';
import type { Tensor} from '../../../graph/tensor.js';
import { type Dtype, type Form } from '../../../graph/tensor.js';
import { withBorrowedKernels } from './borrowed.js';
import { gradientsOf } from './gradients.js';
import { inTidy, tf } from './tf.js';

/** A function of TF.js's tensors. It is called in a tidy. */
export type ForeignFunction = (inputs: readonly tfjs.Tensor[]) => readonly tfjs.Tensor[];

interface Computed {
  readonly run: ForeignFunction;
  /** What it gave. */
  readonly results: readonly { readonly form: Form; readonly data: Floats }[];
  /** What the loss is differentiated by beside the inputs: variables, of which the last inputs are copies. */
  readonly variables: readonly tfjs.Variable[];
}

/** A function that TF.js computes and differentiates, as an operation: it has been computed when it is applied. */
const FOREIGN: Operation<Computed> = {
  name: 'foreign',
  forms: (_, { results }) => results.map(({ form }) => form),
  forward: ({ outputs, attributes: { results } }) => { outputs.forEach((output, i) => { output.data = results[i]!.data; }); },
  backward: ({ inputs, adjoints, attributes: { run, variables } }) => withBorrowedKernels(() => inTidy(() => {
    const own = inputs.slice(0, inputs.length - variables.length).map(toTf);
    const given = [...own, ...variables];
    const gradients = gradientsOf(() => {
      const outputs = run(own);
      const terms = outputs.flatMap((output, i) => (adjoints[i] ? [tf().sum(tf().mul(output, tf().tensor(adjoints[i] as Float32Array, output.shape)))] : []));
      return terms.reduce((sum, term) => tf().add(sum, term));
    }, given);
    return gradients.map((gradient) => (gradient ? Float32Array.from(gradient.dataSync()) : null));
  })),
};

/**
 * Lets TF.js compute a function, in float32, and differentiate it when it is asked to.
 *
 * @param variables what of TF.js's the function reads beside its inputs, each with the tensor that stands for it here
 * @throws SeeRnnError in a run in float64, which TF.js doesn't have
 */
export function foreign(what: string, run: ForeignFunction, inputs: readonly Tensor[], variables: readonly { readonly variable: tfjs.Variable; readonly tensor: Tensor }[] = []): Tensor[] {
  const all = [...inputs, ...variables.map(({ tensor }) => tensor)];
  if (all.some(({ dtype, numbers }) => dtype === 'float' && numbers instanceof Float64Array)) {
    throw new SeeRnnError(`${what} is computed by TF.js, which has no float64: run it in float32`);
  }
  const results = withBorrowedKernels(() => inTidy(() => run(inputs.map(toTf)).map((output) => ({ form: { shape: output.shape, dtype: dtypeOf(output.dtype) }, data: numbersOf(output) }))));
  return apply(FOREIGN, all, { run, results, variables: variables.map(({ variable }) => variable) });
}

/** A tensor as one of TF.js's. It belongs to the enclosing tidy. */
export function toTf({ data, shape, dtype }: Tensor): tfjs.Tensor {
  if (dtype === 'float') return tf().tensor(data instanceof Float32Array ? data : Float32Array.from(data), [...shape], 'float32');
  return dtype === 'int' ? tf().tensor(Int32Array.from(data), [...shape], 'int32') : tf().tensor(Uint8Array.from(data), [...shape], 'bool');
}

const dtypeOf = (dtype: tfjs.DataType): Dtype => (dtype === 'float32' ? 'float' : dtype === 'bool' ? 'bool' : 'int');

/** What a tensor holds, as a copy: whole numbers and truth values in float64. */
const numbersOf = (tensor: tfjs.Tensor): Floats => (tensor.dtype === 'float32' ? Float32Array.from(tensor.dataSync()) : Float64Array.from(tensor.dataSync()));
