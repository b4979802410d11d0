import { asNamedArray, plainAxes, shapeText, sizeOf, type ArrayInput, type NamedArray, type Numbers } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { count } from './numbers.js';

/** What one dimension is called: `one` unit, `many` units; `axis` names it beside an axis or before an index. */
export interface DimensionName {
  readonly one: string;
  readonly many: string;
  readonly axis: string;
  /** Whether an index may follow the name, as in `unit 3`. */
  readonly counts: boolean;
}

/** One dimension of the data: how many entries, and how far apart they lie in memory. A dimension that isn't there has size 1. */
export interface Dimension { readonly size: number; readonly stride: number; readonly name: DimensionName }

/** Data seen as samples x timesteps x units, in whichever order and of whichever rank they came. */
export interface Sequences {
  readonly data: Numbers;
  readonly sample: Dimension;
  readonly timestep: Dimension;
  readonly unit: Dimension;
}

/** `6 units`, `1 sample`. */
export const counted = (n: number, name: DimensionName): string => `${count(n)} ${n === 1 ? name.one : name.many}`;

/** `unit 3`, or the bare number where the dimension has no name of its own. */
export const indexed = (i: number, name: DimensionName): string => (name.counts ? `${name.one} ${i}` : String(i));

const nameOf = (axis: string): DimensionName => {
  const one = axis.length > 3 && /[^s]s$/.test(axis) ? axis.slice(0, -1) : axis;
  return { one, many: axis, axis: one, counts: true };
};
type Role = 'sample' | 'timestep' | 'unit';
const namesOf: Readonly<Record<Role, DimensionName>> = { sample: nameOf('samples'), timestep: nameOf('timesteps'), unit: nameOf('units') };
/** The name of a dimension that nobody has named, for words that must not claim more than is known. */
const numbered = (position: number): DimensionName =>
  ({ one: `entry of axis ${position}`, many: `entries of axis ${position}`, axis: `axis ${position}`, counts: false });

const isSample = (axis: string): boolean => /^(samples?|batch)$/.test(axis);
const isTimestep = (axis: string): boolean => /^(timesteps?|steps?|time)$/.test(axis);

/** Reads the data of a figure, with the names of its axes where they are known. */
export function readData(owner: string, input: ArrayInput, axes: readonly string[] | 'auto'): NamedArray & { readonly named: boolean } {
  const array = asNamedArray(input, `data of ${owner}`);
  if (axes !== 'auto' && axes.length !== array.shape.length) {
    throw new UsageError(`${owner}: option 'axes' must name ${array.shape.length} dimensions for data of shape ${shapeText(array.shape)}, found ${axes.length} (${axes.join(', ')})`);
  }
  if (array.shape.includes(0)) throw new SeeRnnError(`${owner}: data is empty, found shape ${shapeText(array.shape)}`);
  const names = axes === 'auto' ? array.axes : axes;
  return { ...array, axes: names, named: names.join() !== plainAxes(names.length).join() };
}

interface Reading { readonly owner: string; readonly axes: readonly string[] | 'auto'; /** Whether unnamed axes stay unnamed. */ readonly neutral: boolean }

/**
 * Reads data of (samples, timesteps, units) or (timesteps, units). Where the axes have names, they decide which is
 * which, in any order: (samples, timesteps) is one unit of every sample. Where they have none, their order does.
 */
export function readSequences(input: ArrayInput, { owner, axes, neutral }: Reading): Sequences {
  const array = readData(owner, input, axes);
  const rank = array.shape.length;
  const expected = `${owner}: data must be (samples, timesteps, units) or (timesteps, units), found`;
  if (rank !== 2 && rank !== 3) throw new SeeRnnError(`${expected} shape ${shapeText(array.shape)}`);
  const roles = rank === 3 ? (['sample', 'timestep', 'unit'] as const) : (['timestep', 'unit'] as const);
  if (!array.named) return place(array, roles, neutral ? undefined : namesOf);

  const time = array.axes.findIndex(isTimestep);
  const sample = array.axes.findIndex(isSample);
  if (time < 0 && sample >= 0) throw new SeeRnnError(`${expected} axes (${array.axes.join(', ')})`);
  if (time < 0) return place(array, roles);
  const others = array.axes.map((_, position) => position).filter((position) => position !== time);
  const samplePosition = sample >= 0 ? sample : rank === 3 ? others[0] : -1;
  return place(array, array.axes.map((_, position) => (position === time ? 'timestep' : position === samplePosition ? 'sample' : 'unit')));
}

/** Reads data of (samples, units) or (units): a value for each unit. Named axes may come in either order. */
export function readValues(input: ArrayInput, { owner, axes, neutral }: Reading): Sequences {
  const array = readData(owner, input, axes);
  const rank = array.shape.length;
  if (rank !== 1 && rank !== 2) throw new SeeRnnError(`${owner}: data must be (samples, units) or (units), found shape ${shapeText(array.shape)}`);
  if (rank === 1) return place(array, ['unit'], array.named || neutral ? undefined : namesOf);
  const turned = array.named && isSample(array.axes[1]) && !isSample(array.axes[0]);
  return place(array, turned ? ['unit', 'sample'] : ['sample', 'unit'], array.named || neutral ? undefined : namesOf);
}

/**
 * Reads data of any shape, in parts: the values of each sample, timestep or unit, or all as one part. Where the axes have no
 * names, samples are the first of them, units the last, and timesteps the second of three.
 */
export function readParts(input: ArrayInput, { owner, axes, neutral }: Reading, by: 'none' | Role): { parts: Numbers[]; dimension: Dimension | null } {
  const array = readData(owner, input, axes);
  const rank = array.shape.length;
  if (rank === 0) throw new SeeRnnError(`${owner}: data must have at least one dimension, found shape ()`);
  if (by === 'none') return { parts: [array.data], dimension: null };
  if (rank === 1) throw new UsageError(`${owner}: option 'subplotBy' must be 'none' for data of one dimension, found '${by}'`);
  const position = array.named ? namedPosition(array.axes, by) : { sample: 0, timestep: rank === 3 ? 1 : -1, unit: rank - 1 }[by];
  if (position < 0) {
    const found = array.named ? `axes (${array.axes.join(', ')})` : `shape ${shapeText(array.shape)} without names`;
    throw new UsageError(`${owner}: option 'subplotBy' is '${by}', but data has no axis of ${by}s: found ${found}`);
  }
  const size = array.shape[position];
  const stride = sizeOf(array.shape.slice(position + 1));
  const name = array.named ? nameOf(array.axes[position]) : neutral ? numbered(position) : namesOf[by];
  return { parts: Array.from({ length: size }, (_, i) => partOf(array.data, i, size, stride)), dimension: { size, stride, name } };
}

function namedPosition(axes: readonly string[], by: Role): number {
  if (by === 'sample') return axes.findIndex(isSample);
  if (by === 'timestep') return axes.findIndex(isTimestep);
  return axes.findLastIndex((axis) => !isSample(axis) && !isTimestep(axis));
}

/** The values at index `i` of a dimension of this size and stride. */
function partOf(data: Numbers, i: number, size: number, stride: number): Float64Array {
  const part = new Float64Array(data.length / size);
  let next = 0;
  for (let start = i * stride; start < data.length; start += size * stride) {
    for (let at = start; at < start + stride; at++) part[next++] = data[at];
  }
  return part;
}

/** Gives every axis its role; the roles that no axis has get one entry. `names` are used instead of the axes' own. */
function place(array: NamedArray & { readonly named: boolean }, roles: readonly (Role)[], names?: typeof namesOf): Sequences {
  const found: Partial<Record<Role, Dimension>> = {};
  let stride = array.data.length;
  roles.forEach((role, position) => {
    const size = array.shape[position];
    stride /= size;
    found[role] = { size, stride, name: names?.[role] ?? (array.named ? nameOf(array.axes[position]) : numbered(position)) };
  });
  const missing = (role: Role): Dimension => ({ size: 1, stride: 0, name: namesOf[role] });
  return { data: array.data, sample: found.sample ?? missing('sample'), timestep: found.timestep ?? missing('timestep'), unit: found.unit ?? missing('unit') };
}

/** Only the first timesteps. */
export const firstTimesteps = (sequences: Sequences, most: number | 'all'): Sequences => (most === 'all' || most >= sequences.timestep.size
  ? sequences : { ...sequences, timestep: { ...sequences.timestep, size: most } });

/** The values of one sample's unit at every timestep, as a copy. */
export function line({ data, sample, timestep, unit }: Sequences, s: number, u: number): Float64Array {
  const values = new Float64Array(timestep.size);
  let at = s * sample.stride + u * unit.stride;
  for (let t = 0; t < values.length; t++, at += timestep.stride) values[t] = data[at];
  return values;
}
