import * as tf from '@tensorflow/tfjs-core';
import type { Adjoints } from '../cells/cell.js';
import type { Floats } from '../cells/floats.js';
import { fromSteps } from '../cells/layout.js';
import { backwardThroughTime, forwardThroughTime, inputGradient, weightGradients, type Recurrence, type RecurrentWeights, type SequencePass } from '../cells/sequence.js';

/** What a recurrent layer is called with. */
export interface RecurrentArguments {
  /** (samples, timesteps, features) */
  readonly x: tf.Tensor3D;
  /** Kernel, recurrent kernel and, where there is one, bias; in Keras's layout. */
  readonly weights: readonly tf.Tensor[];
  /** The initial hidden state and, for an LSTM, cell state, (samples, units) each; zeros where empty. */
  readonly initial: readonly tf.Tensor[];
  /** (samples, timesteps), 0 where a step is skipped. */
  readonly mask: tf.Tensor | null;
  /** (samples, units) */
  readonly recurrentDropout: tf.Tensor | null;
}

export interface RecurrentResult {
  /** (samples, timesteps, units) in processing order (reversed in time where the layer goes backwards), as Keras has it. */
  readonly sequence: tf.Tensor | null;
  /** The last hidden state and, for an LSTM, cell state: (samples, units) each. */
  readonly last: tf.Tensor[];
}

/**
 * A recurrence on our cells as one TF.js kernel with a gradient. A kernel rather than `tf.customGrad`: it may have
 * several outputs, and TF.js asks for the gradient by an input only where it needs it, so that a trace computes no
 * weight gradients and a first layer no input gradient.
 */
const KERNEL = 'SeeRnnRecurrence';

/** What one execution of the kernel knows and leaves behind for its gradient. TF.js hands it on as an attribute. */
interface Execution {
  readonly recurrence: Recurrence;
  readonly wantSequence: boolean;
  readonly mask: ArrayLike<number> | undefined;
  readonly recurrentDropout: Floats | undefined;
  pass: SequencePass | null;
}

const executionOf = (attrs: unknown): Execution => (attrs as { readonly execution: Execution }).execution;

/** By name, in the order of the weights. */
const WEIGHTS = ['kernel', 'recurrentKernel', 'bias'] as const;
const STATES = ['initialHidden', 'initialCell'] as const;

/**
 * Runs a recurrence over a sequence.
 *
 * @param wantSequence whether every step's hidden state is asked for; the last states always come
 */
export function recurrentOp(recurrence: Recurrence, args: RecurrentArguments, wantSequence: boolean): RecurrentResult {
  const { x, weights, initial, mask, recurrentDropout } = args;
  const named = (names: readonly string[], tensors: readonly tf.Tensor[]): [string, tf.Tensor][] => tensors.map((tensor, i) => [names[i]!, tensor]);
  const inputs = Object.fromEntries([['x', x] as [string, tf.Tensor], ...named(WEIGHTS, weights), ...named(STATES, initial)]);
  const execution: Execution = {
    recurrence, wantSequence, pass: null,
    mask: mask?.dataSync(),
    recurrentDropout: recurrentDropout?.dataSync() as Floats | undefined,
  };
  registerFor(tf.getBackend());
  const outputs = tf.engine().runKernel<tf.Tensor[]>(KERNEL, inputs, { execution } as unknown as tf.NamedAttrMap);
  return wantSequence ? { sequence: outputs[0]!, last: outputs.slice(1) } : { sequence: null, last: outputs };
}

function registerFor(backendName: string): void {
  if (!tf.getGradient(KERNEL)) tf.registerGradient({ kernelName: KERNEL, gradFunc: gradient });
  // Any backend will do that can hand out its memory at once: CPU, WASM and WebGL.
  if (!tf.getKernel(KERNEL, backendName)) tf.registerKernel({ kernelName: KERNEL, backendName, kernelFunc: forward });
}

const forward: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const execution = executionOf(attrs);
  const { recurrence, wantSequence, mask, recurrentDropout } = execution;
  const memory = backend as tf.KernelBackend;
  const read = (name: string): Floats | undefined => inputs[name] && (memory.readSync(inputs[name].dataId) as Float32Array);
  const [samples, timesteps, features] = inputs['x']!.shape as [number, number, number];
  const { units, cell } = recurrence;

  const weights: RecurrentWeights = { kernel: read('kernel')!, recurrentKernel: read('recurrentKernel')!, bias: read('bias') ?? null };
  const pass = forwardThroughTime(recurrence, weights, {
    samples, timesteps, features, x: read('x')!, mask, recurrentDropout,
    initialHidden: read('initialHidden'), initialCell: read('initialCell'),
  });
  execution.pass = pass;

  const output = (values: Floats, shape: number[]): tf.TensorInfo => ({
    dataId: memory.write(values as Float32Array, shape, 'float32'), shape, dtype: 'float32',
  });
  const last = (states: Floats): tf.TensorInfo => output(states.slice(states.length - pass.size), [samples, units]);
  return [
    ...(wantSequence ? [output(fromSteps(pass.hidden.subarray(pass.size), samples, timesteps, units, false), [samples, timesteps, units])] : []),
    last(pass.hidden),
    ...(cell.hasCellState ? [last(pass.cell)] : []),
  ];
};

const gradient: tf.GradFunc = (dy, _saved, attrs) => {
  const { pass, wantSequence, recurrence } = executionOf(attrs);
  const dys = (Array.isArray(dy) ? dy : [dy]).map((tensor) => tensor.dataSync() as Float32Array);
  const [sequence, lastHidden, lastCell] = wantSequence ? dys : [undefined, ...dys];
  const { samples, units, features, steps, size } = pass!;
  // Everything below is worked out when it is first asked for, and once.
  const adjoints = once((): Adjoints => backwardThroughTime(pass!, { sequence, lastHidden, lastCell }));
  const byWeights = once(() => weightGradients(pass!, adjoints()));
  const gates = recurrence.cell.gates.length;
  const { bias } = pass!.weights;
  const biasShape = bias && bias.length > gates * units ? [2, gates * units] : [gates * units];
  return {
    x: () => tf.tensor(inputGradient(pass!, adjoints()), [samples, steps, features]),
    initialHidden: () => tf.tensor(adjoints().hidden.slice(0, size), [samples, units]),
    initialCell: () => tf.tensor(adjoints().cell.slice(0, size), [samples, units]),
    kernel: () => tf.tensor(byWeights().kernel, [features, gates * units]),
    recurrentKernel: () => tf.tensor(byWeights().recurrentKernel, [units, gates * units]),
    bias: () => tf.tensor(byWeights().bias!, biasShape),
  };
};

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
