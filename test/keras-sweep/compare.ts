import { SeeRnnError } from '../../src/core/errors.js';
import type { NamedArray } from '../../src/core/array.js';
import { loadModel } from '../../src/from/keras/load-model.js';
import { getWeights } from '../../src/model/get-weights.js';
import { Model } from '../../src/model/model.js';
import type { LayerRun } from '../../src/trace/layer-run.js';
import type { Run } from '../../src/trace/run.js';
import { trace } from '../../src/trace/trace.js';
import { distance, type Answer, type PackedSweep, type SweepCase } from './packed.js';
import { roughnessOf } from './roughness.js';

export type Precision = 'float32' | 'float64';

/** What came of one file of a case. */
export interface Outcome {
  /** `noLoss`: values agree; the file says no loss that is known here, and so it is warned. */
  readonly status: 'agrees' | 'wrong' | 'refused' | 'raw' | 'noLoss';
  /** What is wrong, or the message of a refusal. */
  readonly what: string;
  readonly warnings: readonly string[];
  /** How many arrays were compared. */
  readonly compared: number;
}

/**
 * How far an array may be off, as a share of its largest magnitude.
 *
 * Float64: 1e-9, which rounding of other orders of summing stays below by far, but where Keras itself is rougher (`roughness.ts`). Float32: Keras's
 * own float32 is off by `noise`, and ours, which sums in other orders, by a few times that; 2e-5 is where noise is by chance small. Where Keras has
 * answers in float32 alone, the same holds for both precisions.
 */
export function tolerance(name: string, precision: Precision, noise: number, double: boolean): number {
  const rough = roughnessOf(name);
  if (precision === 'float64' && double) return rough;
  // Where Keras's own float32 means nothing, it overflows for one, ours has nothing to be held to.
  return noise > 0.1 ? Infinity : Math.max(2e-5, rough, 30 * noise);
}

/** Loads one file of a case. */
export async function load(sweep: PackedSweep, one: SweepCase, format: string, compiled: Model | null): Promise<Loaded | Outcome> {
  const warnings: string[] = [];
  const [file, architecture] = one.files[format]!.map((blob) => sweep.file(blob));
  try {
    const model = await loadModel(file!, { warn: (line) => { warnings.push(line); }, ...(architecture ? { architecture: JSON.parse(new TextDecoder().decode(architecture)) as Record<string, unknown> } : {}) });
    if (!architecture || !compiled) return { model, warnings };
    // Weights alone don't say the loss: the whole model's stands in.
    const { graph, kind, inputNames, outputNames, dialect } = model;
    return { model: new Model({ graph, kind, inputNames, outputNames, dialect, compiled: compiled.compiled }), warnings };
  } catch (error) {
    return failed(error, warnings);
  }
}

/** A model of a case. */
export interface Loaded { readonly model: Model; readonly warnings: readonly string[] }

/** Traces a model of a case, and holds everything to Keras's answers. */
export async function compare(sweep: PackedSweep, one: SweepCase, { model, warnings }: Loaded, precision: Precision): Promise<Outcome> {
  const noLoss = one.y !== null && model.compiled === null;
  const arrays = <T>(list: readonly T[]): T | readonly T[] => (list.length === 1 ? list[0]! : list);
  const { sampleWeight, classWeight } = one;
  let run: Run;
  try {
    run = await trace(model, arrays(one.x.map((x) => sweep.array(x))), noLoss || !one.y ? null : arrays(one.y.map((y) => sweep.array(y))), {
      quantities: ['outputs', 'inputs', 'weights'], training: one.training, precision,
      ...(sampleWeight ? { sampleWeight: arrays(sampleWeight.map((weight) => (weight ? sweep.array(weight) : 1))) as never } : {}),
      ...(classWeight ? { classWeight: { ...classWeight } } : {}),
    });
  } catch (error) {
    return failed(error, warnings);
  }
  const checks = new Checks(sweep, precision, one);
  await checks.run(model, run, !noLoss && one.y !== null);
  const { wrong, compared } = checks;
  return { status: wrong.length > 0 ? 'wrong' : noLoss ? 'noLoss' : 'agrees', what: wrong.join('; '), warnings, compared };
}

function failed(error: unknown, warnings: readonly string[]): Outcome {
  const what = error instanceof Error ? error.message : String(error);
  return { status: error instanceof SeeRnnError ? 'refused' : 'raw', what: error instanceof SeeRnnError ? what : (error as Error).stack ?? what, warnings, compared: 0 };
}

const bare = (label: string): string => label.replace(/:\d+/g, '');
const last = (label: string): string => bare(label).split('/').at(-1)!;

class Checks {
  readonly wrong: string[] = [];
  compared = 0;

  constructor(private readonly sweep: PackedSweep, private readonly precision: Precision, private readonly one: SweepCase) {}

  async run(model: Model, run: Run, graded: boolean): Promise<void> {
    const { one } = this;
    run.predictions.forEach((array, i) => { this.hold(`prediction ${i}`, array, this.at(one.predictions[i]), 1e-7); });
    if (graded && one.hasLoss && run.loss !== null) this.holdLoss(run.loss);
    const largest = (indices: readonly (number | null)[]): number => Math.max(0, ...indices.map((index) => this.at(index)?.[1] ?? 0));
    const gradients = Math.max(1e-12, 1e-6 * Math.max(0, ...one.calls.map(({ gouts }) => largest(gouts))));
    const byWeights = Math.max(gradients, 1e-3 * Math.max(0, ...one.weights.map(({ grads }) => largest(grads ?? []))));
    for (const call of one.calls) this.holdCall(run, call, graded, gradients);
    for (const layer of one.weights) await this.holdWeights(model, run, layer, graded, byWeights);
  }

  private at(index: number | null | undefined): Answer | null { return this.sweep.answer(index); }

  private hold(what: string, got: NamedArray | null, wanted: Answer | null, floor: number): void {
    if (!wanted) return;
    this.compared++;
    if (!got) { this.wrong.push(`${what}: nothing for ${JSON.stringify(wanted[0])}`); return; }
    const allowed = tolerance(this.one.name, this.precision, wanted[3], this.one.double);
    const off = allowed === Infinity ? 0 : distance(got, wanted, floor);
    if (!(off <= allowed * Math.sqrt(Math.max(1, got.data.length)))) {
      this.wrong.push(off === Infinity ? `${what}: shape ${got.shape.join()} for ${wanted[0].join()}, or not finite where Keras is` : `${what}: off by ${off.toPrecision(2)}`);
    }
  }

  private holdLoss(loss: number): void {
    const { loss: wanted, lossNoise } = this.one;
    this.compared++;
    const allowed = tolerance(this.one.name, this.precision, lossNoise, this.one.double);
    if (allowed === Infinity) return;
    const off = wanted === null ? (Number.isFinite(loss) ? Infinity : 0) : Math.abs(loss - wanted) / Math.max(Math.abs(wanted), 1e-7);
    if (!(off <= allowed)) this.wrong.push(`loss ${loss} for ${wanted}`);
  }

  private holdCall(run: Run, { label, kind, outs, gouts, ins, gins }: SweepCase['calls'][number], graded: boolean, floor: number): void {
    const found = this.best(run, label, outs);
    if (!found) { this.wrong.push(`no layer '${label}' (${kind})`); return; }
    if (found.outputCount !== outs.length) this.wrong.push(`'${label}' has ${found.outputCount} outputs for ${outs.length}`);
    outs.forEach((index, i) => { if (i < found.outputCount) this.hold(`'${label}' output ${i}`, found.value('outputs', i), this.at(index), 1e-7); });
    const sameInputs = found.inputCount === ins.length;
    if (sameInputs) ins.forEach((index, i) => { this.hold(`'${label}' input ${i}`, found.value('inputs', i), this.at(index), 1e-7); });
    if (!graded) return;
    gouts.forEach((index, i) => { if (i < found.outputCount) this.hold(`'${label}' dL/d(output ${i})`, found.gradient('outputs', i), this.at(index), floor); });
    if (sameInputs && kind !== 'Embedding') gins.forEach((index, i) => { this.hold(`'${label}' dL/d(input ${i})`, found.gradient('inputs', i), this.at(index), floor); });
  }

  /** The use of a layer that gives what Keras's gave: labels number uses in another order at times. */
  private best(run: Run, label: string, outs: readonly (number | null)[]): LayerRun | null {
    const exact = run.layers.filter((name) => bare(name) === bare(label));
    const candidates = exact.length > 0 ? exact : run.layers.filter((name) => last(name) === last(label));
    const offBy = (layer: LayerRun): number => Math.max(0, ...outs.map((index, i) => {
      const wanted = this.at(index);
      return !wanted ? 0 : i < layer.outputCount ? distance(layer.value('outputs', i), wanted, 1e-7) : Infinity;
    }));
    const layers = candidates.map((name) => run.layer(name));
    return layers.length === 0 ? null : layers.reduce((best, layer) => (offBy(layer) < offBy(best) ? layer : best));
  }

  private async holdWeights(model: Model, run: Run, { layer, vals, grads, frozen }: SweepCase['weights'][number], graded: boolean, floor: number): Promise<void> {
    const name = run.layers.find((label) => last(label) === layer);
    if (name === undefined) { this.wrong.push(`no layer '${layer}' with weights`); return; }
    const values = await getWeights(model, name.replace(/:\d+$/, ''));
    const gradients = graded ? run.layer(name).gradient('weights') : {};
    const left = new Map(Object.entries(values));
    const take = (index: number | null): string | null => {
      const wanted = this.at(index);
      const fits = [...left].map(([key, value]) => ({ key, off: wanted ? distance(value, wanted, 1e-7) : 0 })).sort((a, b) => a.off - b.off)[0];
      this.compared++;
      if (!fits || fits.off > 1e-6) { this.wrong.push(`a weight of '${layer}' is not there`); return null; }
      left.delete(fits.key);
      return fits.key;
    };
    vals.forEach((index, i) => {
      const key = take(index);
      if (key !== null && graded && grads) this.hold(`dL/d('${layer}' ${key})`, gradients[key] ?? null, this.at(grads[i]), floor);
    });
    if (!this.one.training) frozen?.forEach(take);
  }
}
