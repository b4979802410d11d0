import { plainAxes } from '../../src/core/array.js';
import { KERAS_3 } from '../../src/from/keras/dialect.js';
import { connect } from '../../src/graph/connect.js';
import type { Context } from '../../src/graph/context.js';
import type { Value } from '../../src/graph/graph.js';
import type { Layer, LayerInputs, Masked } from '../../src/graph/layer.js';
import { add } from '../../src/graph/operations/arithmetic.js';
import { StoredWeight } from '../../src/graph/weight.js';

/** A layer that adds an array of its own to what goes through, zeros at first: by moving those, the loss is differenced by the value that it reads. */
export class Probe implements Layer {
  readonly className = 'Probe';
  readonly shift: StoredWeight;
  readonly weights: StoredWeight[];
  readonly parts = [];
  readonly graph = null;
  readonly stateful = false;
  readonly recurrent = null;
  readonly notRecurrent = null;
  readonly dialect = KERAS_3;

  /** @param shape with the samples */
  constructor(readonly name: string, shape: readonly number[]) {
    this.shift = new StoredWeight({ name: 'shift', shape, axes: plainAxes(shape.length) });
    this.shift.set(new Float64Array(this.shift.read().length));
    this.weights = [this.shift];
  }

  call({ inputs: [x], masks: [mask] }: LayerInputs, { weight }: Context): Masked[] {
    // While shapes are found there are other samples.
    return [{ value: x!.isAbstract ? x! : add(x!, weight(this.shift)), mask: mask ?? null }];
  }
}

/** A value, with a probe on it. */
export function probed(name: string, value: Value, samples: number): { readonly probe: Probe; readonly value: Value } {
  const probe = new Probe(name, [samples, ...value.shape.slice(1) as number[]]);
  return { probe, value: connect(probe, { inputs: [value] }).outputs[0]! };
}

/** Central differences of a function by a weight's numbers. */
export async function differences(weight: StoredWeight, loss: () => Promise<number>, step = 1e-5): Promise<Float64Array> {
  const before = weight.read();
  const numbers = Float64Array.from(before);
  const found = new Float64Array(numbers.length);
  for (let n = 0; n < numbers.length; n++) {
    const at = async (value: number): Promise<number> => {
      weight.set(numbers.with(n, value));
      return loss();
    };
    found[n] = (await at(numbers[n]! + step) - await at(numbers[n]! - step)) / (2 * step);
  }
  weight.set(before);
  return found;
}
