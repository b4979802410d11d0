import { namedArray } from '../../src/core/array.js';
import type { SaturatedGates } from '../../src/figures/saturation-plot.js';
import type { DirectionWeights, GateWeights } from '../../src/model/gate-weights.js';
import { Random } from '../random.js';

const gatesOf = { LSTM: ['input', 'forget', 'cell', 'output'], GRU: ['update', 'reset', 'new'], SimpleRNN: ['state'] } as const;

interface Kind {
  readonly kind: keyof typeof gatesOf;
  readonly units: number;
  readonly features: number;
  /** Rows of the bias: 0 for none, 2 for a GRU with `reset_after`. */
  readonly biases?: 0 | 1 | 2;
  readonly directions?: readonly string[];
  readonly seed?: number;
}

/** Numbers that look like a recurrent layer's weights; an LSTM's forget bias is about 1. */
export function recurrentWeights({ kind, units, features, biases = 1, directions = [''], seed = 1 }: Kind): GateWeights {
  const random = new Random(seed);
  const gates = gatesOf[kind];
  const columns = gates.length * units;
  const matrix = (rows: number, scale: number): Float32Array => Float32Array.from({ length: rows * columns }, () => scale * (2 * random.uniform() - 1 + 0.3 * random.normal()));
  return {
    name: kind.toLowerCase(), kind: directions.length > 1 ? 'Bidirectional' : kind,
    directions: directions.map((name): DirectionWeights => {
      const bias = matrix(Math.max(1, biases), 0.05).map((value, i) => (kind === 'LSTM' && i >= units && i < 2 * units ? value + 1 : value));
      return {
        name, kind, units, gates: [...gates],
        kernel: namedArray(matrix(features, Math.sqrt(6 / (features + columns))), [features, columns], ['features', 'gates']),
        recurrentKernel: namedArray(matrix(units, 1 / Math.sqrt(units)), [units, columns], ['units', 'gates']),
        bias: biases === 0 ? null : biases === 1 ? namedArray(bias, [columns], ['gates']) : namedArray(bias, [2, columns], ['biases', 'gates']),
      };
    }),
  };
}

/** The same with some values missing: a few in the kernel, a quarter of one gate's recurrent kernel, an infinite bias. */
export function spoiledWeights(weights: GateWeights): GateWeights {
  return {
    ...weights,
    directions: weights.directions.map((direction, d) => {
      const { units, gates } = direction;
      const columns = units * gates.length;
      const gate = gates.length > 1 ? 1 : 0;
      const [kernel, recurrentKernel] = [direction.kernel, direction.recurrentKernel].map((array) => ({ ...array, data: array.data.slice() }));
      for (let i = d; i < kernel.data.length; i += 37) kernel.data[i] = NaN;
      for (let row = 0; row < units; row++) recurrentKernel.data.fill(NaN, row * columns + gate * units, row * columns + gate * units + Math.ceil(units / 4));
      const bias = direction.bias && { ...direction.bias, data: direction.bias.data.slice() };
      if (bias) bias.data[columns - 1] = Infinity;
      return { ...direction, kernel, recurrentKernel, bias };
    }),
  };
}

/** The same with nothing left. */
export const lostWeights = (weights: GateWeights): GateWeights => ({
  ...weights,
  directions: weights.directions.map((direction) => {
    const lost = <A extends { readonly data: Float32Array }>(array: A): A => ({ ...array, data: array.data.map(() => NaN) });
    return { ...direction, kernel: lost(direction.kernel as never), recurrentKernel: lost(direction.recurrentKernel as never), bias: direction.bias && lost(direction.bias as never) };
  }),
});

/** Layers whose units' gates are saturated by and large as trained ones are: forget gates often open. */
export function saturated(layers: readonly { readonly name: string; readonly parts?: readonly string[]; readonly gates: readonly string[]; readonly units: number }[]): SaturatedGates {
  const random = new Random(3);
  return layers.map(({ name, parts = [''], gates, units }) => ({
    name,
    parts: parts.map((part) => ({
      part,
      gates: Object.fromEntries(gates.map((gate) => {
        const open = gate === 'forget' ? 0.6 : 3;
        const right = Float64Array.from({ length: units }, () => random.uniform() ** open);
        const left = right.map((share) => (1 - share) * random.uniform() ** 3);
        const named = (data: Float64Array): ReturnType<typeof namedArray> => namedArray(data, [units], ['units']);
        return [gate, { left: named(left), right: named(right), leftShare: 0, rightShare: 0 }];
      })),
    })),
  }));
}
