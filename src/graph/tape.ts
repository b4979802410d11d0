import type { Floats } from '../cells/floats.js';
import type { AnyOperation } from './operation.js';
import { Tensor } from './tensor.js';

/** One use of an operation. */
interface Entry {
  readonly operation: AnyOperation;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: unknown;
  readonly kept: unknown;
}

/**
 * What was computed from the tensors that somebody wants to differentiate by, in order, and the way back through it:
 * reverse-mode differentiation. Nothing else is recorded, so that nothing is gone back through in vain.
 */
export class Tape {
  private readonly entries: Entry[] = [];
  /** By slot; of tensors that are passed, null again, so that their memory is free. */
  private readonly adjoints: (Floats | null)[] = [];
  /** Whether an adjoint is the tape's own, to be added to in place, or may be somebody else's array too. */
  private readonly own: boolean[] = [];
  private readonly leaves = new Set<number>();
  /** Gradients for taps alone, by slot: see {@link Tape.tell}. */
  private readonly told = new Map<number, Floats>();

  /** The same tensor, and from here on what is computed of it is recorded. Its adjoint is kept for {@link Tape.adjoint}. */
  follow({ numbers, shape, dtype, head }: Tensor): Tensor {
    const followed = new Tensor(numbers, shape, dtype, this, this.slot());
    followed.head = head;
    this.leaves.add(followed.slot);
    return followed;
  }

  /**
   * The same tensor, which tells the gradient by it when the way back comes past, complete: through all that reads this one. It isn't
   * called where no path leads to what is differentiated.
   *
   * @param heard takes the adjoint, which is not to be written to
   */
  tap(tensor: Tensor, heard: (adjoint: Floats) => void): Tensor {
    const passed = new Tensor(tensor.numbers, tensor.shape, tensor.dtype, this, this.slot());
    passed.head = tensor.head;
    this.record({ operation: TAP as AnyOperation, inputs: [tensor], outputs: [passed], attributes: heard, kept: null });
    return passed;
  }

  /**
   * On the way back: tells those who tap a tensor of a gradient by it that goes no further down. It is of a loss that is taken from what the
   * tensor was made of, as a cross-entropy is from a softmax's logits: the gradient by the softmax is what follows from that by its logits, and
   * would be counted twice if it went on.
   */
  tell(tensor: Tensor, gradient: Floats): void {
    if (tensor.tape !== this) return;
    const before = this.told.get(tensor.slot);
    this.told.set(tensor.slot, before ? before.map((value, n) => value + gradient[n]) as Floats : gradient);
  }

  /** A slot for the adjoint of a new tensor. */
  slot(): number {
    this.own.push(false);
    return this.adjoints.push(null) - 1;
  }

  record(entry: Entry): void { this.entries.push(entry); }

  /**
   * Goes back through everything, from a scalar. Once.
   *
   * @param ended is told what the way back has come to, before each operation: for messages about what goes wrong there
   */
  backward(from: Tensor): void {
    if (from.tape !== this) return;
    this.add(from, from.data instanceof Float64Array ? Float64Array.of(1) : Float32Array.of(1));
    for (let entry = this.entries.pop(); entry; entry = this.entries.pop()) {
      const { operation, inputs, outputs, attributes, kept } = entry;
      const adjoints = outputs.map(({ slot }) => this.adjoints[slot] ?? null);
      try {
        if (operation === TAP) this.hear(entry, adjoints[0]);
        if (adjoints.every((adjoint) => adjoint === null)) continue;
        for (const { slot } of outputs) if (slot >= 0 && !this.leaves.has(slot)) this.adjoints[slot] = null;
        const wanted = inputs.map(({ tape }) => tape === this);
        const gradients = operation.backward?.({ inputs, outputs, attributes, kept, adjoints, wanted }) ?? [];
        gradients.forEach((gradient, i) => { if (gradient && wanted[i]) this.add(inputs[i]!, gradient); });
      } finally {
        operation.release?.(kept);
      }
    }
  }

  /** The derivative by a tensor that was followed; null where no path leads from it to what was differentiated. */
  adjoint({ slot }: Tensor): Floats | null { return this.adjoints[slot] ?? null; }

  /** Lets go of what operations keep for a way back that is not gone, or not to the end. */
  dispose(): void {
    for (const { operation, kept } of this.entries) operation.release?.(kept);
    this.entries.length = 0;
  }

  /** Tells a tap what has come by, and the one below it what was told to this one. */
  private hear({ inputs: [tapped], outputs: [{ slot }], attributes }: Entry, adjoint: Floats | null): void {
    const told = this.told.get(slot) ?? null;
    const heard = told && adjoint ? adjoint.map((value, n) => value + told[n]) as Floats : adjoint ?? told;
    if (heard) (attributes as (adjoint: Floats) => void)(heard);
    if (told) this.tell(tapped, told);
  }

  private add({ slot, numbers }: Tensor, gradient: Floats): void {
    const before = this.adjoints[slot] ?? null;
    if (before === null) {
      // A constant's precision gives way to its neighbours', so that an adjoint may come in another than the tensor has.
      const same = numbers instanceof Float64Array === gradient instanceof Float64Array;
      this.adjoints[slot] = same ? gradient : numbers instanceof Float64Array ? new Float64Array(gradient) : new Float32Array(gradient);
      this.own[slot] = !same;
      return;
    }
    const sum = this.own[slot] ? before : before.slice();
    for (let n = 0; n < sum.length; n++) sum[n]! += gradient[n]!;
    this.adjoints[slot] = sum;
    this.own[slot] = true;
  }
}

/** Passes on what it reads; on the way back somebody hears of it. */
const TAP: AnyOperation = {
  name: 'tap',
  forms: (inputs) => inputs,
  forward: () => null,
  backward: ({ adjoints: [adjoint] }) => [adjoint],
};
