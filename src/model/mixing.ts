import { sizeOf } from '../core/array.js';
import type { Context } from '../graph/context.js';
import type { Calls, Value } from '../graph/graph.js';
import type { Masked } from '../graph/layer.js';
import { abstract, Tensor } from '../graph/tensor.js';

/** Operations that compute samples with one another: a mean over all axes, a softmax over the first, another order of the samples. */

/** What a value is of two samples together, and of each by itself. */
interface Tried { readonly together: Tensor; readonly alone: readonly [Tensor, Tensor] }

/** What stands for an open size beside that of the samples. */
const OPEN = 3;

/** By graph, since it is asked for at every prediction. */
const found = new WeakMap<Calls, string | null>();

/**
 * The operation, as text to read on, by which samples are no longer apart; null where there is none.
 *
 * Operations have no weights, so that they can be tried: between other layers they are run on two samples of any numbers, and on each by
 * itself, and what comes to the next layer must be the same. What they do among themselves may be anything: sizes of the batch computed, axes
 * turned and turned back.
 */
export function mixing(calls: Calls): string | null {
  let reason = found.get(calls);
  if (reason === undefined) {
    reason = tried(calls);
    found.set(calls, reason);
  }
  return reason ?? calls.calls.reduce<string | null>((before, { inner }) => before ?? (inner && mixing(inner)), null);
}

function tried({ calls, graph }: Calls): string | null {
  const results = new Map<Value, Tried>();
  const number = numbers();
  const mixed = (values: readonly Value[]): string | null => {
    const value = values.find((one) => results.has(one) && !isApart(results.get(one)!));
    return value ? `layer '${value.node.layer.name}' (${value.node.layer.className}) computes samples with one another` : null;
  };
  for (const { layer, node } of calls) {
    if (!layer.isOperation) {
      const reason = mixed([...node.inputs, ...Object.values(node.given)]);
      if (reason !== null) return reason;
      continue;
    }
    const inputs = node.inputs.map((value) => results.get(value) ?? made(value, number));
    const run = (of: (one: Tried) => Tensor): Masked[] => layer.call({ inputs: inputs.map(of), masks: inputs.map(() => null), given: {}, options: node.options, argumentSizes: node.argumentSizes }, NOWHERE);
    let outputs: readonly [Masked[], Masked[], Masked[]];
    try {
      outputs = [run(({ together }) => together), run(({ alone }) => alone[0]), run(({ alone }) => alone[1])];
    } catch {
      // With other sizes than the model's own it can't be tried, and nothing is promised.
      return `layer '${layer.name}' (${layer.className}) may compute samples with one another`;
    }
    const [together, first, second] = outputs;
    node.outputs.forEach((value, i) => { results.set(value, { together: together[i]!.value, alone: [first[i]!.value, second[i]!.value] }); });
  }
  return mixed(graph.outputs);
}

/** Any numbers of a value's form: of two samples, and the same ones apart. */
function made({ shape, dtype }: Value, number: () => number): Tried {
  const sizes = shape.map((n, axis) => n ?? (axis === 0 ? 2 : OPEN));
  const draw = (): number => (dtype === 'float' ? 2 * number() - 1 : Math.floor(2 * number()));
  const numbersOf = Float64Array.from({ length: sizeOf(sizes) }, draw);
  const together = new Tensor(numbersOf, sizes, dtype);
  // What has no samples is the same for all.
  if (shape[0] !== null) return { together, alone: [together, together] };
  const half = numbersOf.length / 2;
  const one = (i: number): Tensor => new Tensor(numbersOf.subarray(i * half, (i + 1) * half), sizes.with(0, 1), dtype);
  return { together, alone: [one(0), one(1)] };
}

/** Whether two samples together give what each does by itself. */
function isApart({ together, alone }: Tried): boolean {
  const [sizes, ...parts] = [together, ...alone].map(({ shape }) => shape);
  if (sizes![0] !== 2 || parts.some((part) => part.length !== sizes!.length || part.some((n, axis) => n !== (axis === 0 ? 1 : sizes![axis])))) return false;
  const half = together.size / 2;
  return together.data.every((value, n) => {
    const other = alone[n < half ? 0 : 1].data[n % half]!;
    return value === other || (Number.isNaN(value) && Number.isNaN(other)) || Math.abs(value - other) <= 1e-9 * Math.max(1, Math.abs(value));
  });
}

/** Numbers from 0 to 1, the same every time (Lehmer's generator). */
function numbers(): () => number {
  let state = 7;
  return () => (state = (48_271 * state) % 2_147_483_647) / 2_147_483_647;
}

const NOWHERE: Context = {
  training: false, tape: null, call: null, watch: null, fold: 1, onlooker: null, weight: ({ shape }) => abstract({ shape, dtype: 'float' }), random: () => 0.5,
  states: { of: () => null, keep: () => undefined }, penalise: () => undefined,
};
