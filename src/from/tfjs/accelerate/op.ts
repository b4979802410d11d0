import * as tf from '@tensorflow/tfjs-core';
import type { Floats } from '../../../cells/floats.js';
import { runRecurrence, type RecurrentPass } from '../../../cells/run.js';
import type { Recurrence, RecurrentWeights } from '../../../cells/sequence.js';
import { SeeRnnError } from '../../../core/errors.js';

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
  /** Of the inputs, by name. */
  readonly shapes: Readonly<Record<string, number[]>>;
  /** The tape that TF.js records on; null where it doesn't. */
  readonly tape: Tape | null;
  pass: RecurrentPass | null;
}

type Tape = ReturnType<typeof tf.engine>['state']['activeTape'];

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
  const engine = tf.engine();
  freeAll((tape) => tape !== engine.state.activeTape);
  const execution: Execution = {
    recurrence, wantSequence, pass: null,
    tape: engine.isTapeOn() ? engine.state.activeTape : null,
    shapes: Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape])),
    mask: mask?.dataSync(),
    recurrentDropout: recurrentDropout ? asFloat32(recurrentDropout.dataSync()) : undefined,
  };
  registerFor(tf.getBackend());
  const outputs = engine.runKernel<tf.Tensor[]>(KERNEL, inputs, { execution } as unknown as tf.NamedAttrMap);
  return wantSequence ? { sequence: outputs[0]!, last: outputs.slice(1) } : { sequence: null, last: outputs };
}

function registerFor(backendName: string): void {
  if (!tf.getGradient(KERNEL)) tf.registerGradient({ kernelName: KERNEL, gradFunc: gradient });
  // Any backend will do that can hand out its memory at once: CPU, WASM and WebGL.
  if (!tf.getKernel(KERNEL, backendName)) tf.registerKernel({ kernelName: KERNEL, backendName, kernelFunc: forward });
}

/** Integers too, and what TF.js's CPU backend has cast to float32 without touching the numbers. */
const asFloat32 = (values: tf.BackendValues): Float32Array => (values instanceof Float32Array ? values : Float32Array.from(values as Int32Array));

const forward: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const execution = executionOf(attrs);
  const { recurrence, wantSequence, tape, mask, recurrentDropout } = execution;
  const memory = backend as tf.KernelBackend;
  const read = (name: string): Float32Array | undefined => inputs[name] && asFloat32(memory.readSync(inputs[name].dataId));
  const [samples, timesteps, features] = inputs['x']!.shape as [number, number, number];
  const { units } = recurrence;

  const weights: RecurrentWeights = { kernel: read('kernel')!, recurrentKernel: read('recurrentKernel')!, bias: read('bias') ?? null };
  const called = { samples, timesteps, features, x: read('x')!, mask, recurrentDropout, initialHidden: read('initialHidden'), initialCell: read('initialCell') };
  const pass = runRecurrence(recurrence, weights, called, { sequence: wantSequence, keep: tape !== null });
  if (tape === null) pass.free();
  else execution.pass = kept(pass, tape);

  const output = (values: Floats, shape: number[]): tf.TensorInfo => ({
    dataId: memory.write(values as Float32Array, shape, 'float32'), shape, dtype: 'float32',
  });
  return [
    ...(pass.sequence ? [output(pass.sequence, [samples, timesteps, units])] : []),
    output(pass.lastHidden, [samples, units]),
    ...(pass.lastCell ? [output(pass.lastCell, [samples, units])] : []),
  ];
};

const gradient: tf.GradFunc = (dy, _saved, attrs) => {
  const { pass, wantSequence, recurrence, shapes } = executionOf(attrs);
  if (tf.engine().state.gradientDepth > 0) {
    throw new SeeRnnError(`${recurrence.cell.kind} layers on see-rnn's cells have first derivatives only, no gradient of a gradient`);
  }
  const dys = (Array.isArray(dy) ? dy : [dy]).map((tensor) => asFloat32(tensor.dataSync()));
  const [sequence, lastHidden, lastCell] = wantSequence ? dys : [undefined, ...dys];
  // Everything below is worked out when it is first asked for, and once.
  const initial = once(() => pass!.backward({ sequence, lastHidden, lastCell }));
  const after = <T>(work: () => T): T => {
    initial();
    return work();
  };
  const byWeights = once(() => after(() => pass!.weightGradients()));
  const tensor = (name: string, values: () => Floats) => (): tf.Tensor => tf.tensor(values(), shapes[name]);
  return {
    x: tensor('x', () => after(() => pass!.inputGradient())),
    initialHidden: tensor('initialHidden', () => initial().hidden),
    initialCell: tensor('initialCell', () => initial().cell!),
    kernel: tensor('kernel', () => byWeights().kernel),
    recurrentKernel: tensor('recurrentKernel', () => byWeights().recurrentKernel),
    bias: tensor('bias', () => byWeights().bias!),
  };
};

/**
 * Passes that a gradient may still ask for, by the tape that would. They hold memory outside JavaScript's, and TF.js
 * doesn't say when it is done with a tape. But a tape is used only until the function that made it returns: a pass whose
 * tape is no longer the current one is over, and so are all once this run of synchronous code has ended.
 */
const alive = new Map<RecurrentPass, Tape>();
let swept = false;

function kept(pass: RecurrentPass, tape: Tape): RecurrentPass {
  alive.set(pass, tape);
  if (!swept) {
    swept = true;
    queueMicrotask(() => {
      swept = false;
      freeAll(() => true);
    });
  }
  return pass;
}

function freeAll(over: (tape: Tape) => boolean): void {
  for (const [pass, tape] of alive) {
    if (!over(tape)) continue;
    pass.free();
    alive.delete(pass);
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
