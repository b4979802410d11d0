import type * as tfjs from '@tensorflow/tfjs-core';
import { oneLine, SeeRnnError } from '../../../core/errors.js';
import { plainAxes } from '../../../core/array.js';
import { printable } from '../../../core/printable.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs, Masked } from '../../../graph/layer.js';
import type { OpenShape } from '../../../graph/shapes.js';
import { abstract, Tensor } from '../../../graph/tensor.js';
import { StoredWeight } from '../../../graph/weight.js';
import { KerasLayer, type KerasOptions } from '../../keras/layers/keras-layer.js';
import { inside, lastName, ownVariables, tfSublayers, type LayerVariable, type TfLayer } from '../internals.js';
import { penalise, type LiveWeight } from '../penalties.js';
import { foreign, toTf } from './foreign.js';
import { inTidy, tf } from './tf.js';
import { untouched } from './untouched.js';

/** A layer that TF.js computes and differentiates itself: a user's own, or one that is none of Keras's. Its parts are not looked into. */
export class ForeignLayer extends KerasLayer {
  private readonly own: LiveWeight[] = [];

  /** @param variables takes which variable each of its weights stands for */
  constructor(options: KerasOptions, readonly live: TfLayer, private readonly variables: Map<StoredWeight, LayerVariable>) {
    super(options);
    this.stateful = inside(live).stateful;
    if (inside(live).keptStates) this.notRecurrent = `is ${options.className === 'RNN' ? `an RNN of ${inside(live).cell?.getClassName() ?? 'cells'}` : `a ${printable(options.className)}`}, which TF.js computes: it has no cell here`;
  }

  protected override makeWeights(inputs: readonly OpenShape[]): void {
    const it = inside(this.live);
    if (!it.built) it.build(inputs.length === 1 ? [...inputs[0]!] : inputs.map((shape) => [...shape]));
    const seen = new Set<LayerVariable>();
    for (const layer of tfSublayers(this.live)) {
      const { trained, others } = ownVariables(layer);
      const before = this.own.length;
      for (const variable of [...trained, ...others]) {
        if (seen.has(variable)) continue;
        seen.add(variable);
        const name = lastName(variable);
        const weight = new StoredWeight({ name, shape: variable.shape, axes: plainAxes(variable.shape.length), trainable: trained.includes(variable) });
        this.weights.push(weight);
        this.own.push({ weight, variable });
        this.variables.set(weight, variable);
      }
      penalise(layer, this.own.slice(before));
    }
  }

  override call({ inputs, masks }: LayerInputs, { training, weight }: Context): Masked[] {
    const it = inside(this.live);
    const mask = masks[0] ?? null;
    if (inputs.some(({ isAbstract }) => isAbstract)) return this.abstractly(inputs, mask);
    const kwargs = (): { training: boolean; mask?: tfjs.Tensor; initialState?: tfjs.Tensor[] } => ({ training, ...(mask ? { mask: toTf(mask) } : {}) });
    const takesStates = it.keptStates !== undefined && inputs.length > 1;
    const run = (tensors: readonly tfjs.Tensor[]): readonly tfjs.Tensor[] => {
      const [first, ...states] = tensors;
      const result = untouched(this.live, () => it.call(takesStates ? [first!] : [...tensors], { ...kwargs(), ...(takesStates ? { initialState: states } : {}) }));
      return Array.isArray(result) ? result : [result];
    };
    try {
      const outputs = foreign(`layer '${printable(this.name)}' (${printable(this.className)})`, run, inputs, this.own.map(({ weight: one, variable }) => ({ variable: variable.val, tensor: weight(one) })));
      const after = this.masksAfter(inputs, masks);
      return outputs.map((value, i) => ({ value, mask: after[i] ?? null }));
    } catch (error) {
      if (error instanceof SeeRnnError) throw error;
      // TF.js's own words don't say where.
      throw new SeeRnnError(`layer '${printable(this.name)}': ${oneLine(error)}`, { cause: error });
    }
  }

  protected override compute(): Tensor { throw new Error('a layer of TF.js is called as a whole'); }

  /** Gives TF.js's variables what the weights hold: in a model that was read from a file, where the weights are its own. */
  handOver(): void {
    inTidy(() => {
      for (const { weight, variable } of this.own) variable.val.assign(tf().tensor(Float32Array.from(weight.read()), [...weight.shape]));
    });
  }

  private masksAfter(inputs: readonly Tensor[], masks: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    const it = inside(this.live);
    if (!it.supportsMasking || masks.every((mask) => mask === null)) return [];
    return inTidy(() => {
      const [values, given] = [inputs.map(toTf), masks.map((mask) => mask && toTf(mask))];
      const result = values.length === 1 ? it.computeMask(values[0]!, given[0]!) : it.computeMask(values, given);
      return [result].flat().map((one) => one && maskFrom(one));
    });
  }

  private abstractly(inputs: readonly Tensor[], mask: Tensor | null): Masked[] {
    const it = inside(this.live);
    const shapes = inputs.map(({ shape }) => [...shape]);
    const found = it.computeOutputShape(shapes.length === 1 ? shapes[0] : shapes);
    const outputs = (Array.isArray(found[0]) ? found : [found]) as (number | null)[][];
    const passes = mask && it.supportsMasking ? mask : null;
    return outputs.map((shape) => ({ value: abstract({ shape: shape as number[], dtype: 'float' }), mask: passes }));
  }
}

/** A mask that TF.js made, read. */
const maskFrom = (mask: tfjs.Tensor): Tensor => new Tensor(Float64Array.from(mask.dataSync(), (value) => (value ? 1 : 0)), mask.shape, 'bool');
