import { shapeText, type NamedArray } from '../core/array.js';
import { SeeRnnError, UsageError } from '../core/errors.js';
import { option, readOptions } from '../core/options.js';
import { asModel } from './as-model.js';
import { outputAxes } from './axes.js';
import { cutArrays, inputSlots, inputTensors, outputSlots, nameOf, readInputs, samplesIn, type ArrayInputs } from './inputs.js';
import { Joined } from './joined.js';
import type { Model } from './model.js';
import { numbersOf } from './numbers.js';
import { partsOf, whyNotInParts, type Part } from './parts.js';
import { runPass, weightNumbers } from './pass.js';
import { PRECISIONS, type Precision } from './precision.js';

export interface PredictOptions {
  /** The most samples that run at once; default 256, and of a model that takes batches of a fixed size that. The result is the same, but for rounding. */
  readonly batchSize?: number;
  /** In what numbers it runs: `float32`, the default, or `float64`. */
  readonly precision?: Precision;
}

const USUAL = 256;

const predictOptions = {
  batchSize: option.integer('the most samples that run at once', null, 1),
  precision: option.choice('in what numbers it runs', PRECISIONS, 'float32'),
};

/** What a model predicts, one array for each of its outputs. */
export async function predictions(given: Model, x: ArrayInputs, options: PredictOptions): Promise<NamedArray[]> {
  const { batchSize, precision } = readOptions('predict', predictOptions, options as Readonly<Record<string, unknown>>);
  const model = asModel('predict', given);
  const inputs = inputSlots(model);
  const arrays = await readInputs(x, inputs);
  const samples = samplesIn(arrays);
  // What runs with one batch's states after another's goes batch by batch only where it is told of what size.
  const fixed = model.graph.inputs.findIndex(({ shape }) => shape[0] !== null);
  const batch = model.graph.inputs[fixed]?.shape[0] ?? null;
  if (batch !== null && batchSize !== null && batchSize < batch) {
    throw new UsageError(`predict: option 'batchSize' must be at least ${batch}, found ${batchSize}: the model's input '${inputs.names[fixed]}' takes batches of ${batch} samples and no others`);
  }
  const size = batch ?? batchSize ?? (whyNotInParts(model, false) === null ? USUAL : samples);
  const parts: readonly (Part | null)[] = samples <= size ? [null] : partsOf(samples, size);
  const numbers = await weightNumbers(model, precision);
  const outputs = outputSlots(model);
  const joined = outputs.names.map(() => new Joined());
  const shapes: number[][] = [];
  const theirs = new Set<unknown>([...arrays.map(({ data }) => data), ...numbers.values()]);
  for (const part of parts) {
    const slots = { ...inputs, part };
    const passed = runPass(model, inputTensors(cutArrays(arrays, slots, 'x'), slots, precision), { precision, numbers, training: false, keepStates: true });
    passed.outputs.forEach(({ value }, i) => {
      if (part && value.shape[0] !== part.to - part.from) {
        throw new SeeRnnError(`predict: the batch cannot run in parts: ${nameOf("the model's output", outputs, i)} has shape ${shapeText(value.shape)} for ${part.to - part.from} samples; give a batchSize of ${samples}`);
      }
      shapes[i] = part ? value.shape.with(0, part.of) : [...value.shape];
      joined[i]!.add(numbersOf(value, theirs), value.shape, part);
    });
  }
  return joined.map(({ whole }, i) => ({ data: whole!, shape: shapes[i]!, axes: outputAxes(model.graph.outputs[i]!.node.layer, shapes[i]!.length) }));
}
