import { shapeText, sizeOf, type NamedArray, type Numbers } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { option, type OptionValues } from '../core/options.js';
import type { DirectionWeights, GateWeights } from '../model/gate-weights.js';
import { count } from './numbers.js';
import { form } from './options.js';
import { missingText, summarize } from './statistics.js';
import type { Quantity } from './words.js';

/** A weight of a recurrent layer as rows over the units of all gates side by side. A bias has one row, or two. */
export interface Matrix {
  readonly role: 'kernel' | 'recurrent kernel' | 'bias';
  readonly values: Numbers;
  readonly rows: number;
  readonly columns: number;
}

/** One direction of a recurrent layer, ready to be drawn. */
export interface Direction {
  readonly name: string;
  readonly kind: string;
  readonly gates: readonly string[];
  readonly units: number;
  readonly kernel: Matrix;
  readonly recurrent: Matrix;
  readonly bias: Matrix | null;
}

/** Its matrices in the order in which they are drawn. */
export const matricesOf = ({ kernel, recurrent, bias }: Direction): Matrix[] => [kernel, recurrent, ...(bias === null ? [] : [bias])];

/**
 * Checks what a figure of weights is to draw: it may be anything that a caller has put together.
 *
 * @throws SeeRnnError where it is not what `gateWeights` gives, or its arrays don't fit together
 */
export function readDirections(owner: string, weights: GateWeights): Direction[] {
  const directions = (weights as Partial<GateWeights> | null | undefined)?.directions;
  if (!Array.isArray(directions) || directions.length === 0) {
    throw new SeeRnnError(`${owner}: weights must be those of a recurrent layer by gate, as gateWeights gives them, found ${weights === null ? 'null' : typeof weights} without directions`);
  }
  return directions.map((direction: DirectionWeights) => readDirection(owner, weights.name, direction));
}

function readDirection(owner: string, layer: string, { name, kind, gates, kernel, recurrentKernel, bias }: DirectionWeights): Direction {
  const before = `${owner}: layer '${layer}'${name === '' ? '' : `, ${name}`}`;
  const read = (role: Matrix['role'], { data, shape }: NamedArray, ranks: readonly number[]): Matrix => {
    const columns = shape.at(-1) ?? 0;
    if (!ranks.includes(shape.length) || data.length !== sizeOf(shape) || data.length === 0 || columns % gates.length !== 0) {
      throw new SeeRnnError(`${before}: the ${role} must have ${gates.length} gates (${gates.join(', ')}) side by side in its last axis, found shape ${shapeText(shape)}`);
    }
    return { role, values: data, rows: data.length / columns, columns };
  };
  const direction = {
    name, kind, gates, kernel: read('kernel', kernel, [2]), recurrent: read('recurrent kernel', recurrentKernel, [2]), bias: bias === null ? null : read('bias', bias, [1, 2]),
  };
  const { columns } = direction.kernel;
  for (const other of [direction.recurrent, direction.bias]) {
    if (other !== null && other.columns !== columns) throw new SeeRnnError(`${before}: the ${other.role} has ${other.columns} columns, expected ${columns} as the kernel has`);
  }
  return { ...direction, units: columns / gates.length };
}

/** The values of one gate, row by row; with `row` of that row only. */
export function gateOf({ values, rows, columns }: Matrix, gates: number, gate: number, row?: number): Float64Array {
  const units = columns / gates;
  const [from, to] = row === undefined ? [0, rows] : [row, row + 1];
  const part = new Float64Array((to - from) * units);
  for (let r = from; r < to; r++) {
    for (let u = 0; u < units; u++) part[(r - from) * units + u] = values[r * columns + gate * units + u];
  }
  return part;
}

/** What each row of a bias is added to: a GRU with `reset_after` has one for the input and one for the state. */
export const biasNames = ({ rows }: Matrix): string[] => (rows === 2 ? ['input bias', 'recurrent bias'] : rows === 1 ? ['bias'] : Array.from({ length: rows }, (_, row) => `bias ${row}`));

/** What a matrix misses, gate by gate: `forget 12 NaN, output 1 NaN, 3 Inf`; nothing where every value is finite. */
export function missingByGate(matrix: Matrix, gates: readonly string[]): { readonly gate: string; readonly text: string }[] {
  if (missingText(summarize(matrix.values)) === '') return [];
  return gates.map((gate, g) => ({ gate, text: missingText(summarize(gateOf(matrix, gates.length, g))) })).filter(({ text }) => text !== '');
}

/** What a layer's weights miss, a line each for direction, matrix and gate: `forward kernel, forget gate: 12 NaN`. */
export const missingLines = (directions: readonly Direction[]): string[] => directions.flatMap((direction) => matricesOf(direction).flatMap((matrix) =>
  missingByGate(matrix, direction.gates).map(({ gate, text }) => `${[direction.name, matrix.role].filter((word) => word !== '').join(' ')}${direction.gates.length > 1 ? `, ${gate} gate` : ''}: ${text}`)));

/** Options of figures of weights, which know what they show. */
export const kernelOptions = {
  of: option.choice('what the numbers are', ['weights', 'gradients'], 'weights'),
  title: form.text("title; 'auto' says what is shown, any other text stands as it is, and 'none' leaves out the subtitle too", "'auto', 'none' or a text of your own", 'auto'),
  valueName: form.text("what a number is, for the axis or colour bar that shows it; 'auto' is weight or gradient", "a text, or 'auto'", 'auto'),
};

/** What the numbers are: at the start of a title, within one, and one of them. */
export function kernelQuantity({ of, valueName }: OptionValues<typeof kernelOptions>): Quantity {
  const known = of === 'gradients' ? { heading: 'Gradients by the weights', many: 'gradients', name: 'gradient' } : { heading: 'Weights', many: 'weights', name: 'weight' };
  return valueName === 'auto' ? known : { ...known, name: valueName };
}

/** `lstm (LSTM, 256 units)`. */
export function layerText({ name }: GateWeights, directions: readonly Direction[]): string {
  const [{ kind, units }] = directions;
  const ways = directions.some((direction) => direction.name.startsWith('backward')) ? ' each way' : '';
  return `${name} (${kind}, ${count(units)} ${units === 1 ? 'unit' : 'units'}${ways})`;
}

/** `16 input features`, `4 gates of 256 units`. */
export const sizesText = ([{ kernel, gates, units }]: readonly Direction[]): string[] => [
  `${count(kernel.rows)} input ${kernel.rows === 1 ? 'feature' : 'features'}`,
  gates.length === 1 ? '' : `${gates.length} gates of ${count(units)} ${units === 1 ? 'unit' : 'units'}`,
];
