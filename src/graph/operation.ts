import type { Floats } from '../cells/floats.js';
import { sizeOf } from '../core/array.js';
import type { Tape } from './tape.js';
import { abstract, Tensor, type Dtype, type Form } from './tensor.js';

/**
 * An operation: what forms it gives, its numbers, and its vector-Jacobian product.
 *
 * `A` are its attributes, what it is told beside tensors; `K` is what it keeps of the way forwards for the way back. Its real inputs all
 * come in the precision of the run; whole numbers and truth values come in float64.
 *
 * To add one: write it in the file of its family in `operations/`, export a function of tensors that calls {@link apply}, add it to
 * `operations/table.ts`, and give it examples in `test/graph/examples/`, from which it is held to central differences.
 */
export interface Operation<A = undefined, K = unknown> {
  readonly name: string;
  /** The forms of what it gives. Throws a SeeRnnError, without a name in front, where the inputs don't fit. No numbers are looked at. */
  forms(inputs: readonly Form[], attributes: A): readonly Form[];
  /** Fills in the outputs, which are zero. */
  forward(step: Forward<A>): K;
  /** dL/d(input) for each input that is wanted, of the inputs' shapes; null for the others, and where it is zero. Absent where nothing is to be differentiated: comparisons, indices. */
  readonly backward?: (step: Backward<A, K>) => readonly (Floats | null)[];
  /** Gives back what `kept` holds outside JavaScript's memory. */
  readonly release?: (kept: K) => void;
}

/** Of any attributes, as a list of operations has them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- attributes and what is kept go together within one operation, and nobody else looks
export type AnyOperation = Operation<any, any>;

export interface Forward<A> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Output[];
  readonly attributes: A;
  /** Whether a way back may come, so that something is worth keeping. */
  readonly followed: boolean;
}

export interface Backward<A, K> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
  readonly kept: K;
  /** dL/d(output), at least one of them not null. Not to be written to; may be handed on as a gradient. */
  readonly adjoints: readonly (Floats | null)[];
  /** Which inputs are asked for. */
  readonly wanted: readonly boolean[];
}

/** A result to be filled in: room for its numbers is made when it is first looked at, unless it is given an array. */
export class Output implements Form {
  private numbers: Floats | null = null;

  constructor(readonly shape: readonly number[], readonly dtype: Dtype, private readonly make: (length: number) => Floats) {}

  get data(): Floats { return (this.numbers ??= this.make(sizeOf(this.shape))); }
  set data(numbers: Floats) { this.numbers = numbers; }
}

const single = (length: number): Floats => new Float32Array(length);
const double = (length: number): Floats => new Float64Array(length);

/**
 * Applies an operation to tensors.
 *
 * @param tape follows the operation also where none of the inputs is followed, so that the way back comes by: a recurrence that somebody looks into
 */
export function apply<A, K>(operation: Operation<A, K>, inputs: readonly Tensor[], attributes: A, tape: Tape | null = null): Tensor[] {
  const forms = operation.forms(inputs, attributes);
  if (inputs.some(({ isAbstract }) => isAbstract)) return forms.map(abstract);
  // One real number in float32 and the run is in float32: constants, in float64, give way.
  const isSingle = inputs.some(({ dtype, numbers }) => dtype === 'float' && numbers instanceof Float32Array);
  const read = isSingle ? inputs.map(asSingle) : inputs;
  const outputs = forms.map(({ shape, dtype }) => new Output(shape, dtype, dtype === 'float' && isSingle ? single : double));
  const follows = operation.backward ? tape ?? inputs.find((input) => input.tape !== null)?.tape ?? null : null;
  const kept = operation.forward({ inputs: read, outputs, attributes, followed: follows !== null });
  const results = outputs.map(({ data, shape, dtype }) => (follows && dtype === 'float' ? new Tensor(data, shape, dtype, follows, follows.slot()) : new Tensor(data, shape, dtype)));
  if (follows) follows.record({ operation, inputs: read, outputs: results, attributes, kept });
  else operation.release?.(kept);
  return results;
}

function asSingle(tensor: Tensor): Tensor {
  if (tensor.dtype !== 'float' || tensor.numbers instanceof Float32Array) return tensor;
  return new Tensor(new Float32Array(tensor.data), tensor.shape, tensor.dtype, tensor.tape, tensor.slot);
}
