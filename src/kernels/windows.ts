import type { WindowsShape } from './convolution-types.js';
import type { Kernels } from './module.js';
import type { Room } from './room.js';

/** Floats of the padded samples that are in the kernels' memory at once, about; one sample at least. */
const SAMPLES = 131_072;
/** Rows shorter than this are copied float by float. */
const SHORT = 48;

export interface WindowsOptions {
  /** How many windows at most are looked at together. */
  readonly most: number;
  /** What they lie over; null where that doesn't matter. */
  readonly x: Float32Array | null;
  /** Takes what is added to the samples; null where nothing is. */
  readonly dx: Float32Array | null;
  /** What lies around the samples of x; default 0. */
  readonly around?: number;
  /** Whether taps that lie side by side are taken as one. */
  readonly joinTaps?: boolean;
}

/**
 * The windows of a convolution over an array whose samples lie in the kernels' memory, some at a time, with the zeros around them; and for
 * some of these windows at a time, where they begin.
 */
export class Windows {
  /** Floats of a tap that lie side by side, how many such runs a window has, and all its floats. */
  readonly run: number;
  readonly taps: number;
  readonly depth: number;
  /** Address: where each run lies, behind a window's beginning. */
  readonly shifts: number;
  /** Address: where each window begins, of those at hand. */
  readonly places: number;
  /** The samples' sizes with the zeros. */
  readonly #padded: readonly [number, number, number];
  /** Addresses: the samples that are read, and those that are added to. */
  readonly #from: number | null;
  readonly #to: number | null;
  readonly #samples: number;
  readonly #outputs: number;

  /**
   * @param room for what is kept while the windows are in use
   */
  constructor(private readonly kernel: Kernels, room: Room, private readonly shape: WindowsShape, private readonly options: WindowsOptions) {
    const { most, x, dx, joinTaps = false } = options;
    const { samples, input, output, kernel: size, strides, dilation, before, channels, groups } = shape;
    this.#padded = [0, 1, 2].map((i) => Math.max(before[i]! + input[i]!, (output[i]! - 1) * strides[i]! + (size[i]! - 1) * dilation[i]! + 1)) as [number, number, number];
    const [, rows, columns] = this.#padded;
    // With all channels, and nothing between them, neighbouring taps are one run.
    const joined = joinTaps && groups === 1 && dilation[2] === 1;
    const across = joined ? 1 : size[2];
    this.run = (joined ? size[2] : 1) * (channels / groups);
    this.taps = size[0] * size[1] * across;
    this.depth = this.taps * this.run;
    this.shifts = room.hold(this.taps);
    const shifts = kernel.memory.words.subarray(this.shifts / 4, this.shifts / 4 + this.taps);
    for (let tap = 0; tap < this.taps; tap++) {
      const [k, j, i] = [Math.floor(tap / across / size[1]), Math.floor(tap / across) % size[1], tap % across];
      shifts[tap] = 4 * channels * ((k * dilation[0] * rows + j * dilation[1]) * columns + i * dilation[2]);
    }
    this.#outputs = output[0] * output[1] * output[2];
    this.#samples = Math.max(1, Math.min(samples, Math.floor(SAMPLES / this.#sampleSize)));
    this.#from = x && room.hold(this.#samples * this.#sampleSize);
    this.#to = dx && room.hold(this.#samples * this.#sampleSize);
    this.places = room.hold(most);
  }

  /** Whether there is nothing around the samples. */
  get #fits(): boolean { return this.shape.input.every((n, i) => n === this.#padded[i]); }

  get #sampleSize(): number { return this.#padded[0] * this.#padded[1] * this.#padded[2] * this.shape.channels; }

  /**
   * Goes through all windows in order.
   *
   * @param visit is told which windows are at hand, and the addresses of what they read and add to
   */
  forEach(visit: (first: number, count: number, from: number, to: number) => void): void {
    const { samples } = this.shape;
    const { x, dx, most, around = 0 } = this.options;
    const [from, to] = [this.#from, this.#to];
    const size = this.#samples * this.#sampleSize;
    if (from !== null && !this.#fits) this.kernel.memory.floats.fill(around, from / 4, from / 4 + size);
    for (let sample = 0; sample < samples; sample += this.#samples) {
      const some = Math.min(this.#samples, samples - sample);
      // What lies around the samples that are read stays as it is.
      if (x && from !== null) this.#copy(x, from, sample, some, true);
      if (to !== null) this.kernel.memory.floats.fill(0, to / 4, to / 4 + size);
      for (let window = 0; window < some * this.#outputs; window += most) {
        const count = Math.min(most, some * this.#outputs - window);
        this.#place(window, count);
        visit(sample * this.#outputs + window, count, from ?? 0, to ?? 0);
      }
      if (dx && to !== null) this.#copy(dx, to, sample, some, false);
    }
  }

  /** Copies samples in or out, without the zeros around them. */
  #copy(x: Float32Array, address: number, sample: number, some: number, isIn: boolean): void {
    const { input, before, channels } = this.shape;
    const [, rows, columns] = this.#padded;
    const { floats } = this.kernel.memory;
    const length = input[2] * channels;
    const at = address / 4;
    const move = (from: number, to: number, count: number): void => {
      if (count < SHORT) {
        if (isIn) for (let n = 0; n < count; n++) floats[to + n] = x[from + n]!;
        else for (let n = 0; n < count; n++) x[from + n] = floats[to + n]!;
      } else if (isIn) floats.set(x.subarray(from, from + count), to);
      else x.set(floats.subarray(to, to + count), from);
    };
    if (this.#fits) {
      move(sample * this.#sampleSize, at, some * this.#sampleSize);
      return;
    }
    for (let n = 0; n < some; n++) {
      for (let k = 0; k < input[0]; k++) {
        for (let j = 0; j < input[1]; j++) {
          const to = ((k + before[0]) * rows + j + before[1]) * columns + before[2];
          move((((sample + n) * input[0] + k) * input[1] + j) * length, at + n * this.#sampleSize + to * channels, length);
        }
      }
    }
  }

  /** Writes down where windows begin. */
  #place(first: number, count: number): void {
    const { output, strides, channels } = this.shape;
    const [planes, rows, columns] = this.#padded;
    const words = this.kernel.memory.words.subarray(this.places / 4, this.places / 4 + count);
    let i = first % output[2];
    let j = Math.floor(first / output[2]) % output[1];
    let k = Math.floor(first / output[2] / output[1]) % output[0];
    let n = Math.floor(first / this.#outputs);
    const step = 4 * channels * strides[2];
    for (let window = 0; window < count;) {
      let place = 4 * channels * ((((n * planes + k * strides[0]) * rows + j * strides[1]) * columns) + i * strides[2]);
      for (const end = Math.min(count, window + output[2] - i); window < end; window++, place += step) words[window] = place;
      i = 0;
      if (++j === output[1]) {
        j = 0;
        if (++k === output[0]) {
          k = 0;
          n++;
        }
      }
    }
  }
}
