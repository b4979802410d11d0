import { SeeRnnError } from '../core/errors.js';
import { mebibytes, memoryBudget, stepBytes, stretchSteps } from './budget.js';
import { kernels } from './module.js';
import { KernelPass } from './pass.js';
import type { Flushed, PassAdjoints, PassInput, PassOptions, PassShape, PassWeights } from './pass-types.js';

/** A pass of which everything is kept, or one with checkpoints where that would go beyond the memory budget. */
export function passWithin(shape: PassShape, weights: PassWeights, input: PassInput, options: PassOptions): KernelPass | CheckpointedPass {
  const taken = { ...options, masked: input.mask !== undefined };
  const room = memoryBudget() - kernels().memory.used;
  if (shape.steps * stepBytes(shape, taken) <= room) return new KernelPass(shape, weights, input, options);
  return new CheckpointedPass(shape, weights, input, options, stretchSteps(shape, taken, room));
}

/** Some steps in a row, in processing order, up to and without `to`. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** States between two steps: (samples, units) each. */
interface States {
  readonly hidden: Float32Array | undefined;
  readonly cell: Float32Array | undefined;
}

interface Totals { readonly hidden?: boolean; readonly cell?: boolean }
interface InitialAdjoints { readonly hidden: Float32Array; readonly cell: Float32Array | null; readonly flushed: Flushed }

/**
 * A pass over a sequence that is too long to keep: goes forwards stretch by stretch, keeping the states where each begins,
 * and runs each again to read it or to go backwards through it. What a {@link KernelPass} can do it can, at the price of
 * one more run for each thing that is asked for. Its values are the same, to the bit; weight gradients to rounding.
 *
 * The inputs are not copied: they must stay as they are.
 */
export class CheckpointedPass {
  readonly #shape: PassShape;
  readonly #weights: PassWeights;
  readonly #options: PassOptions;
  #input: PassInput | null;
  readonly #stretches: readonly Stretch[];
  /** The states at the beginning of each stretch. */
  readonly #checkpoints: States[] = [];
  #from: PassAdjoints | null = null;
  #totals: Totals = {};
  #initial: InitialAdjoints | null = null;

  /** (samples, steps, units) in processing order; null where not asked for. */
  readonly sequence: Float32Array | null;
  readonly lastHidden: Float32Array;
  /** LSTM only, else null. */
  readonly lastCell: Float32Array | null;

  /**
   * Runs the recurrence forwards.
   *
   * @param length steps that are kept at a time
   * @throws SeeRnnError where WebAssembly's memory can't hold a stretch, or a thread died
   */
  constructor(shape: PassShape, weights: PassWeights, input: PassInput, options: PassOptions, length: number) {
    const { samples, steps, units } = shape;
    this.#shape = shape;
    this.#weights = weights;
    this.#options = options;
    this.#input = input;
    this.#stretches = Array.from({ length: Math.ceil(steps / length) }, (_, k) => ({ from: k * length, to: Math.min(steps, (k + 1) * length) }));
    this.sequence = options.sequence ? new Float32Array(samples * steps * units) : null;
    let states: States = { hidden: input.initialHidden, cell: input.initialCell };
    for (const stretch of this.#stretches) {
      if (options.keep) this.#checkpoints.push(states);
      const pass = this.#run(stretch, states, { sequence: options.sequence, keep: false });
      pass.free();
      if (this.sequence) put(pass.sequence!, this.sequence, samples, stretch);
      states = { hidden: pass.lastHidden, cell: pass.lastCell ?? undefined };
    }
    this.lastHidden = states.hidden!;
    this.lastCell = states.cell ?? null;
    if (!options.keep) this.#input = null;
  }

  /** As in {@link KernelPass}; gates at any time. A reading that is itself beyond the memory budget is refused. */
  hidden(): Float32Array { return this.#forwards('hidden states', (pass) => pass.hidden()); }
  cell(): Float32Array { return this.#forwards('cell states', (pass) => pass.cell()); }
  gate(name: string): Float32Array { return this.#forwards(`${name} gates`, (pass) => pass.gate(name)); }
  totalHidden(): Float32Array {
    if (!this.#totals.hidden) throw new Error('the total adjoints of the hidden states were not asked for');
    return this.#backwards('adjoints of the hidden states', (pass) => pass.totalHidden(), { hidden: true });
  }
  totalCell(): Float32Array {
    if (!this.#totals.cell) throw new Error('the total adjoints of the cell states were not asked for');
    return this.#backwards('adjoints of the cell states', (pass) => pass.totalCell(), { cell: true });
  }
  gateAdjoint(name: string): Float32Array { return this.#backwards(`adjoints of the ${name} gates`, (pass) => pass.gateAdjoint(name)); }

  /**
   * Says where the loss enters. The way back itself is gone when something of it is asked for: only then is it known what
   * has to be collected on the way.
   */
  backward(from: PassAdjoints, totals: Totals = {}): InitialAdjoints {
    this.#needKept();
    if (this.#from !== null) throw new Error('a pass goes backwards once');
    this.#from = from;
    this.#totals = totals;
    const initial = (): InitialAdjoints => this.#initial ?? this.#sweep(() => undefined);
    return {
      get hidden() { return initial().hidden; },
      get cell() { return initial().cell; },
      get flushed() { return initial().flushed; },
    };
  }

  /** dL/dx, after `backward`: (samples, steps, features), time in input order. */
  inputGradient(): Float32Array {
    const { samples, steps, features } = this.#shape;
    const dx = new Float32Array(samples * steps * features);
    this.#sweep((pass, stretch) => { put(pass.inputGradient(), dx, samples, this.#times(stretch)); });
    return dx;
  }

  /** dL/dW, dL/dU and dL/db, after `backward`, in Keras's layout. */
  weightGradients(): PassWeights {
    const { kernel, recurrentKernel, bias } = this.#weights;
    // Float64, since there may be a thousand stretches.
    const sums = { kernel: new Float64Array(kernel.length), recurrentKernel: new Float64Array(recurrentKernel.length), bias: bias && new Float64Array(bias.length) };
    this.#sweep((pass) => {
      const part = pass.weightGradients();
      add(sums.kernel, part.kernel);
      add(sums.recurrentKernel, part.recurrentKernel);
      if (sums.bias) add(sums.bias, part.bias!);
    });
    return { kernel: Float32Array.from(sums.kernel), recurrentKernel: Float32Array.from(sums.recurrentKernel), bias: sums.bias && Float32Array.from(sums.bias) };
  }

  /** Lets go of inputs and states. The pass can't be used afterwards; a second call does nothing. */
  free(): void {
    this.#input = this.#from = this.#initial = null;
    this.#checkpoints.length = 0;
  }

  #forwards(what: string, read: (pass: KernelPass) => Float32Array): Float32Array {
    const rows = this.#reading(what);
    this.#needKept();
    this.#stretches.forEach((stretch, k) => {
      const pass = this.#run(stretch, this.#checkpoints[k]!, { sequence: false, keep: true });
      try {
        put(read(pass), rows, this.#shape.samples, this.#times(stretch));
      } finally {
        pass.free();
      }
    });
    return rows;
  }

  #backwards(what: string, read: (pass: KernelPass) => Float32Array, totals?: Totals): Float32Array {
    const rows = this.#reading(what);
    this.#sweep((pass, stretch) => { put(read(pass), rows, this.#shape.samples, this.#times(stretch)); }, totals);
    return rows;
  }

  /** Room for something of every step: (samples, steps, units). */
  #reading(what: string): Float32Array {
    const { kind, samples, steps, units } = this.#shape;
    const bytes = 4 * samples * steps * units;
    if (bytes > memoryBudget()) {
      throw new SeeRnnError(`${kind} of ${units} units over ${samples} samples of ${steps} timesteps: its ${what} take ${mebibytes(bytes)}, `
        + `more than the memory budget of ${mebibytes(memoryBudget())}; setMemoryBudget() sets another`);
    }
    return new Float32Array(samples * steps * units);
  }

  /**
   * Goes backwards through all stretches, from the last, running each forwards again.
   *
   * @param visit is called with each when its adjoints are there
   */
  #sweep(visit: (pass: KernelPass, stretch: Stretch) => void, totals?: Totals): InitialAdjoints {
    this.#needKept();
    if (this.#from === null) throw new Error('this pass has not gone backwards');
    const { samples, steps } = this.#shape;
    const { sequence, lastHidden, lastCell } = this.#from;
    const flushed = { hidden: new Uint32Array(steps), cell: new Uint32Array(steps), gates: new Uint32Array(steps) };
    let states: States = { hidden: lastHidden, cell: lastCell };
    for (let k = this.#stretches.length - 1; k >= 0; k--) {
      const stretch = this.#stretches[k]!;
      const pass = this.#run(stretch, this.#checkpoints[k]!, { sequence: false, keep: true });
      try {
        const before = pass.backward({ sequence: sequence && stepsOf(sequence, samples, steps, stretch), lastHidden: states.hidden, lastCell: states.cell }, totals);
        for (const name of ['hidden', 'cell', 'gates'] as const) flushed[name].set(before.flushed[name], stretch.from);
        states = { hidden: before.hidden, cell: before.cell ?? undefined };
        visit(pass, stretch);
      } finally {
        pass.free();
      }
    }
    return (this.#initial = { hidden: states.hidden!, cell: states.cell ?? null, flushed });
  }

  #run(stretch: Stretch, states: States, options: PassOptions): KernelPass {
    const { samples, steps } = this.#shape;
    const { x, mask } = this.#input!;
    const times = this.#times(stretch);
    return new KernelPass({ ...this.#shape, steps: stretch.to - stretch.from }, this.#weights, {
      x: stepsOf(x, samples, steps, times), mask: mask && maskOf(mask, samples, steps, times), initialHidden: states.hidden, initialCell: states.cell,
    }, options);
  }

  /** The timesteps of a stretch, in input order. */
  #times({ from, to }: Stretch): Stretch {
    const { backwards, steps } = this.#shape;
    return backwards ? { from: steps - to, to: steps - from } : { from, to };
  }

  #needKept(): void {
    if (!this.#options.keep) throw new Error('this pass kept nothing');
    if (this.#input === null) throw new Error('this pass was freed');
  }
}

/** Some steps of an array of all, (samples, steps, width): a view where there is one sample, else a copy. */
function stepsOf(all: Float32Array, samples: number, steps: number, { from, to }: Stretch): Float32Array {
  const width = all.length / samples / steps;
  if (samples === 1) return all.subarray(from * width, to * width);
  const length = (to - from) * width;
  const part = new Float32Array(samples * length);
  for (let sample = 0, at = from * width; sample < samples; sample++, at += steps * width) part.set(all.subarray(at, at + length), sample * length);
  return part;
}

/** Puts some steps into an array of all, (samples, steps, width). */
function put(part: Float32Array, all: Float32Array, samples: number, { from, to }: Stretch): void {
  const length = part.length / samples;
  const stride = all.length / samples;
  for (let sample = 0; sample < samples; sample++) all.set(part.subarray(sample * length, (sample + 1) * length), sample * stride + from * length / (to - from));
}

function maskOf(mask: ArrayLike<number>, samples: number, steps: number, { from, to }: Stretch): Uint8Array {
  const length = to - from;
  return Uint8Array.from({ length: samples * length }, (_, n) => (mask[Math.floor(n / length) * steps + from + n % length] ? 1 : 0));
}

function add(sums: Float64Array, values: Float32Array): void {
  for (let n = 0; n < sums.length; n++) sums[n]! += values[n]!;
}
