import type { NamedArray } from '../../../core/array.js';
import type { Range } from '../../../figures/options.js';
import { Cells } from '../../figures/cells.js';
import type { Lines } from '../../figures/lines.js';
import type { Sequence } from '../../content.js';
import type { ColorRange } from '../state.js';

/** One colour for each quantity, the same in every figure; Okabe and Ito's, which stay apart for every kind of colour vision. */
export const colorOf = (quantity: string): string =>
  ({ outputs: '#d55e00', hidden: '#0072b2', cell: '#009e73', input: '#0072b2', forget: '#d55e00', output: '#009e73', update: '#0072b2', reset: '#d55e00', kernel: '#0072b2', recurrent_kernel: '#d55e00', bias: '#009e73' })[quantity] ?? '#cc79a7';

/** `gradient by hidden`, `forward/gates/update`. */
export const nameOf = ({ of, name }: Sequence): string => (of === 'gradient' ? `gradient by ${name}` : name);

export const valueName = ({ of }: Sequence): string => (of === 'gradient' ? 'gradient' : 'value');

/** How many samples, timesteps and units. */
export const sizesOf = ({ array: { shape } }: Sequence): { samples: number; timesteps: number; units: number } => ({ samples: shape[0]!, timesteps: shape[1]!, units: shape[2]! });

/** Of the samples that were picked those that a sequence has: one where they were put together. */
export const samplesOf = (sequence: Sequence, picked: readonly number[]): readonly number[] => (sequence.together === null ? picked : [0]);

/** What a sample is called. */
export const sampleLabel = (sequence: Sequence, sample: number): string => (sequence.together === null ? `sample ${sample}` : `${sequence.together} over samples`);

const upTo = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

/** Units by timesteps: of one sample, or the mean of several. */
export function unitsOf(sequence: Sequence, samples: readonly number[]): Cells {
  const { timesteps, units } = sizesOf(sequence);
  return new Cells(sequence.array, samples.map((sample) => sample * timesteps * units), upTo(units), timesteps, units);
}

/** Samples by timesteps of one unit. */
export function samplesOfUnit(sequence: Sequence, unit: number, samples: readonly number[]): Cells {
  const { timesteps, units } = sizesOf(sequence);
  return new Cells(sequence.array, [unit], samples.map((sample) => sample * timesteps * units), timesteps, units);
}

/** The values at the ends of the colours, as the reader chose: symmetric about zero, but for gates, which go from 0 to 1. */
export function colorDomain({ extent, isGate }: Sequence, range: ColorRange): Range | 'each' {
  if (range === 'each') return 'each';
  if (typeof range === 'number') return isGate ? [0, range] : [-range, range];
  if (isGate) return [0, 1];
  const { least, largest, most } = extent;
  const size = (range === 'most' ? most : 0) || Math.max(-least, largest) || 1;
  return [-size, size];
}

/** The samples that were picked as an array of their own; all of it where all are. */
export function picked(sequence: Sequence, samples: readonly number[]): NamedArray {
  const { array } = sequence;
  const { samples: count } = sizesOf(sequence);
  if (samples.length === count) return array;
  const each = array.data.length / count;
  const data = array.data.slice(0, samples.length * each);
  samples.forEach((sample, i) => { data.set(array.data.subarray(sample * each, (sample + 1) * each), i * each); });
  return { data, shape: [samples.length, ...array.shape.slice(1)], axes: array.axes };
}

/** The values of lines, as they stand: (panels, lines, positions), or (lines, positions) of one panel. What is shorter ends with NaN. */
export function valuesOf({ panels, length }: Pick<Lines, 'panels' | 'length'>): NamedArray {
  const most = Math.max(...panels.map(({ lines }) => lines.length));
  const data = new Float64Array(panels.length * most * length).fill(NaN);
  panels.forEach(({ lines }, p) => { lines.forEach(({ values }, l) => { data.set(values, (p * most + l) * length); }); });
  return panels.length === 1 ? { data, shape: [most, length], axes: ['lines', 'positions'] } : { data, shape: [panels.length, most, length], axes: ['panels', 'lines', 'positions'] };
}
