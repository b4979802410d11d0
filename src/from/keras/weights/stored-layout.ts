import { zerosLike, type Floats } from '../../../cells/floats.js';
import type { Layer } from '../../../graph/layer.js';
import { convolutionKernels } from './former-kernels.js';

/** A weight as it is to be set: its shape is known before its numbers are read. */
export interface WeightSource {
  /** Where the file has it, for messages. */
  readonly path: string;
  readonly shape: readonly number[];
  read(): Floats;
}

/** What of the file bears on how weights are laid out. */
export interface StoredBy { readonly backend: string | null }

/** How many gates a recurrent layer's weights hold side by side; 0 for any other layer. */
export function gatesOf({ className, recurrent }: Layer): number {
  const kind = recurrent?.cells[0]?.recurrence.cell.kind ?? className.replace(/^CuDNN/, '').replace(/Cell$/, '');
  return kind === 'LSTM' ? 4 : kind === 'GRU' ? 3 : 0;
}

/** How many arrays Keras 1 stored for a layer where it stored more than today: three for each gate. */
export const formerCount = (layer: Layer): number => (layer.className === 'ConvLSTM2D' ? 12 : gatesOf(layer) * 3);

/**
 * A layer's stored weights in the layout of Keras 2 and 3, whichever layout they are in: the shapes show it.
 *
 * @param shapes those of the layer's own weights
 */
export function inTodaysLayout(layer: Layer, stored: readonly WeightSource[], shapes: readonly (readonly number[])[], by: StoredBy): readonly WeightSource[] {
  const gates = gatesOf(layer);
  if (gates > 0 && stored.length === gates * 3) return mergedGates(stored, gates);
  if (gates > 0 && stored.length === 3) return fromCuDNN(stored, gates, shapes);
  // Keras stores the kernel of the layer inside a second time, in front.
  if (layer.className === 'SpectralNormalization' && stored.length === 2) return stored.slice(1);
  if (layer.className === 'ConvLSTM2D') return convolutionKernels(layer, stored.length === 12 ? mergedGates(stored, 4) : stored, shapes, by, 2);
  return stored.length > 0 && /^(Conv\dD|Convolution|AtrousConv|Deconv)/.test(layer.className) ? convolutionKernels(layer, stored, shapes, by, 1) : stored;
}

/** Keras 1's gates in the order of today's, each with its kernel, recurrent kernel and bias. LSTM: input, cell, forget, output. */
const FORMER_ORDER: Readonly<Record<number, readonly number[]>> = { 3: [0, 1, 2], 4: [0, 2, 1, 3] };

function mergedGates(stored: readonly WeightSource[], gates: number): WeightSource[] {
  return [0, 1, 2].map((role) => sideBySide(FORMER_ORDER[gates]!.map((gate) => stored[gate * 3 + role]!)));
}

/** Arrays joined along their last axis. */
function sideBySide(parts: readonly WeightSource[]): WeightSource {
  const rows = parts[0]!.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const widths = parts.map(({ shape }) => shape.at(-1) ?? 1);
  const width = widths.reduce((a, b) => a + b, 0);
  return {
    path: parts[0]!.path, shape: [...parts[0]!.shape.slice(0, -1), width],
    read() {
      const data = parts.map((part) => part.read());
      const out = zerosLike(data[0]!, rows * width);
      let at = 0;
      data.forEach((own, i) => {
        for (let row = 0; row < rows; row++) out.set(own.subarray(row * widths[i]!, (row + 1) * widths[i]!), row * width + at);
        at += widths[i]!;
      });
      return out;
    },
  };
}

/**
 * cuDNN's layout, which the length of the bias shows: it has two for each gate. Of an LSTM's two only the sum counts; a GRU's are those
 * of `reset_after`. Each gate's kernel is stored transposed within its shape, and each gate's recurrent kernel transposed.
 */
function fromCuDNN(stored: readonly WeightSource[], gates: number, shapes: readonly (readonly number[])[]): readonly WeightSource[] {
  const [kernel, recurrent, bias] = stored as [WeightSource, WeightSource, WeightSource];
  const units = recurrent.shape[0] ?? 0;
  if (bias.shape.length !== 1 || bias.shape[0] !== 2 * gates * units || units === 0) return stored;
  // A GRU without reset_after cannot take them: the shapes say so, as they are.
  if (gates === 3 && shapes[2]?.length !== 2) return stored;
  const perGate = (source: WeightSource, turn: (block: Floats, rows: number) => Floats): WeightSource => ({
    path: source.path, shape: source.shape, read: () => gatewise(source.read(), source.shape[0]!, units, gates, turn),
  });
  return [
    perGate(kernel, (block, rows) => transposed(block, units, rows)),
    perGate(recurrent, (block, rows) => transposed(block, rows, units)),
    gates === 3 ? { path: bias.path, shape: [2, gates * units], read: () => bias.read() } : {
      path: bias.path, shape: [gates * units],
      read() {
        const both = bias.read();
        const half = gates * units;
        return both.slice(0, half).map((value, i) => value + both[half + i]!) as Floats;
      },
    },
  ];
}

/** Applies `turn` to each gate's (rows, units) block of a weight (rows, gates x units). */
function gatewise(data: Floats, rows: number, units: number, gates: number, turn: (block: Floats, rows: number) => Floats): Floats {
  const out = zerosLike(data, data.length);
  const block = zerosLike(data, rows * units);
  for (let gate = 0; gate < gates; gate++) {
    for (let row = 0; row < rows; row++) block.set(data.subarray((row * gates + gate) * units, (row * gates + gate + 1) * units), row * units);
    const turned = turn(block, rows);
    for (let row = 0; row < rows; row++) out.set(turned.subarray(row * units, (row + 1) * units), (row * gates + gate) * units);
  }
  return out;
}

/** A (rows, columns) matrix as (columns, rows), in row-major order. */
function transposed(data: Floats, rows: number, columns: number): Floats {
  const out = zerosLike(data, data.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]!;
  return out;
}
