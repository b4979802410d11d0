import type { NamedArray } from '../../src/core/array.js';
import type { Analysis, Flow, RecurrenceAnalysis, Verdict } from '../../src/measure/analysis.js';
import type { GateWeights } from '../../src/model/gate-weights.js';
import type { ShownFlow } from '../../src/report/other-norms.js';
import { extentOf } from '../../src/report/extent.js';
import type { LayerContent, ReportContent, Sequence } from '../../src/report/content.js';
import { Random } from '../random.js';

export interface Sizes { readonly samples: number; readonly timesteps: number; readonly units: number }

export const named = (shape: readonly number[], axes: readonly string[], value: (at: number) => number): NamedArray =>
  ({ data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, at) => value(at)), shape, axes });

/** Numbers of any size, quickly: for a large page they need not be random. */
export const sequence = (name: string, of: Sequence['of'], { samples, timesteps, units }: Sizes, value: (at: number) => number, isGate = false): Sequence => {
  const array = named([samples, timesteps, units], ['samples', 'timesteps', 'units'], value);
  return { name, of, isGate, together: null, array, extent: extentOf(array.data) };
};

export const verdict: Verdict = {
  kind: 'vanishing', sentence: 'The gradient vanishes: a tenth is left after 3 steps.', sureness: 'likely',
  figures: [{ name: 'backward horizon', value: 3, text: '3 steps of 20' }], doubts: ['the forward horizon was not measured'], advice: ['raise the bias of the forget gate to 2'],
};

const flow = ({ samples, timesteps }: Sizes, scale: number): Flow => {
  const norm = Float64Array.from({ length: timesteps }, (_, t) => scale * 0.8 ** (timesteps - 1 - t));
  return {
    norm, median: norm, low: norm.map((value) => value / 2), high: norm.map((value) => 2 * value), entries: { steps: 1, of: timesteps },
    bySample: { data: Float64Array.from({ length: samples * timesteps }, (_, at) => norm[at % timesteps]! * (1 + Math.floor(at / timesteps) / samples)), shape: [samples, timesteps], axes: ['samples', 'timesteps'] },
  };
};

export const recurrence = (layer: string, sizes: Sizes): RecurrenceAnalysis => {
  const { timesteps, units } = sizes;
  const falling = (factor: number): Float64Array => Float64Array.from({ length: timesteps }, (_, lag) => factor ** lag);
  const everyUnit = (value: (unit: number) => number): Float64Array => Float64Array.from({ length: units }, (_, unit) => value(unit));
  return {
    layer, part: '', kind: 'LSTM', units, timesteps, backwards: false, dead: 0, verdict, forward: { why: 'made up' },
    zeros: { structural: named([timesteps], ['timesteps'], () => 0), masked: named([timesteps], ['timesteps'], () => 0), underflow: named([timesteps], ['timesteps'], () => 0), exact: named([timesteps], ['timesteps'], () => 0) },
    outputs: flow(sizes, 1), hidden: flow(sizes, 2), cell: flow(sizes, 3),
    carried: [{
      of: 'hidden', norm: falling(0.5), low: falling(0.4), high: falling(0.6), samples: new Int32Array(timesteps).fill(sizes.samples),
      decay: { factor: 0.5, low: 0.45, high: 0.55, halfLife: 1, from: 0, to: timesteps - 1, r2: 1 }, horizon: { steps: 3, open: false },
      unitHorizons: Array.from({ length: units }, (_, unit) => ({ steps: unit % 5, open: false })), precision: 'float64',
    }],
    gates: ['input', 'forget', 'output'].map((gate) => ({
      gate, range: 'sigmoid', mean: everyUnit(() => 0.5), low: everyUnit((unit) => (unit % 7) / 10), high: everyUnit((unit) => (unit % 3) / 10), timeConstant: null,
      overTime: { mean: falling(0.99), low: falling(0.9), high: falling(1) },
    })),
    jacobians: { at: [{ sample: 0, timestep: 1 }], hidden: { data: everyUnit((unit) => 1 / (1 + unit)), shape: [1, units], axes: ['at', 'units'] }, largest: falling(0.9), rms: falling(0.7), samples: 2 },
    lyapunov: { exponents: everyUnit((unit) => -0.1 * unit), error: everyUnit(() => 0.01), samples: 2, steps: timesteps },
    learning: {
      norms: { kernel: falling(0.7), recurrent_kernel: falling(0.8) }, shares: { kernel: falling(0.7), recurrent_kernel: falling(0.8) },
      truncations: Int32Array.of(1, 2, 4), biases: Float64Array.of(0.5, 0.2, 0), truncation: 4, gradientNorm: 1, samples: sizes.samples,
    },
  };
};

function weights(layer: string, { units }: Sizes): GateWeights {
  const features = 3;
  const gates = ['input', 'forget', 'cell', 'output'];
  return {
    name: layer, kind: 'LSTM',
    directions: [{
      name: '', kind: 'LSTM', units, gates, bias: named([4 * units], ['units of gates'], (at) => at % 2),
      kernel: named([features, 4 * units], ['features', 'units of gates'], (at) => Math.sin(at)), recurrentKernel: named([units, 4 * units], ['units', 'units of gates'], (at) => Math.cos(at)),
    }],
  };
}

/** A layer with arrays whose values say where they stand: sample + timestep / 100 + unit / 10000. */
export function layer(name: string, sizes: Sizes): LayerContent {
  const { timesteps, units } = sizes;
  const place = (at: number): number => Math.floor(at / (timesteps * units)) + (Math.floor(at / units) % timesteps) / 100 + (at % units) / 10000;
  const random = new Random(1);
  const noise = Float32Array.from(random.normals(4099)); // a prime, so that it doesn't keep step with units
  const shown = (times: number): Record<string, ShownFlow> => Object.fromEntries(['outputs', 'hidden', 'cell'].map((of, i) => [of, flow(sizes, times * (i + 1))]));
  return {
    name, kind: 'LSTM', parts: [{ part: '', about: `LSTM of ${units} units`, timesteps, zeros: null, flows: { L1: shown(4), maximum: shown(0.25) } }],
    sequences: [
      sequence('hidden', 'gradient', sizes, place), sequence('outputs', 'gradient', sizes, (at) => noise[at % 4099]!),
      ...['input', 'forget', 'output'].map((gate) => sequence(`gates/${gate}`, 'value', sizes, (at) => 0.5 + 0.1 * noise[at % 4099]!, true)),
    ],
    weights: weights(name, sizes), weightGradients: weights(name, sizes),
    health: { name, kind: 'LSTM', weights: {}, outputs: null, parts: [{ part: '', units, dead: [1], share: 1 / units, gates: {}, flow: null }] },
  };
}

/** A whole report, of layers of these names. */
export function content(names: readonly string[], sizes: Sizes, title = 'A model'): ReportContent {
  const { samples, timesteps, units } = sizes;
  const analysis: Analysis = {
    samples, loss: 0.5, settings: { share: 0.1, bias: 0.05, confidence: 0.95 }, recurrences: names.map((name) => recurrence(name, sizes)), forward: { why: 'this is made up' }, verdict,
  };
  const summary = (name: string, kind: string, reads: readonly string[], size: number) => ({
    index: kind === 'InputLayer' ? null : names.indexOf(name), name, kind, reads, inputs: [], outputs: [[null, timesteps, size]], parameters: 10, trainable: true, weights: [], recurrent: [], unknown: null,
  });
  return {
    title, version: '0.0.0', analysis, notes: ['This is made up.'], layers: names.map((name) => layer(name, sizes)),
    model: {
      name: 'model', kind: 'Sequential', file: '/somewhere/model.h5', format: 'keras-hdf5', kerasVersion: '2.0', backend: null, loss: 'mse', optimizer: { name: 'Adam', learningRate: 0.001 }, warnings: [],
      parameters: { total: 10, trainable: 10, others: 0 }, layers: [summary('x', 'InputLayer', [], 3), ...names.map((name, i) => summary(name, 'LSTM', [names[i - 1] ?? 'x'], units))],
    },
  };
}
