import { nameText } from '../../core/printable.js';
import type { Architecture } from '../../files/tfjs-model.js';
import type { Layer } from '../../graph/layer.js';
import type { Tensor } from '../../graph/tensor.js';
import type { ModelParts } from '../../model/model.js';
import { buildModel } from './build-model.js';
import { trainingIn, type Training } from './compile.js';
import { dialectOf } from './generation.js';
import { isModelClass, isSequential, layerEntry } from './layer-entry.js';
import { fault, inLayer, MOST_LAYERS, type CustomLayer, type Loading } from './loading.js';
import { endReferences } from './node-calls.js';
import { SharedLayers } from './shared.js';
import type { WeightBudget } from './weights/budget.js';
import { freeze, holderOf, tellUnknownPenalties, type Holder } from './weights/slots.js';

/** A description of a model, and what it is made with. */
export interface ModelDescription {
  /** What messages call where it is from: a file's name, printable. */
  readonly file: string;
  readonly architecture: Architecture;
  readonly customLayers: Readonly<Record<string, CustomLayer>>;
  readonly budget: WeightBudget;
  /** What is to be said where nothing tells what shape the model's input is of. */
  readonly shapeless: string;
  /** What is to be told so far; what else is found is added. Each line once. */
  readonly warnings: string[];
  /** Sets the weights, which are as their layers make them, and gives the states that stateful layers start from. */
  readonly setWeights: (loading: Loading, holder: Holder) => ReadonlyMap<Layer, readonly Tensor[]> | null;
}

/** What comes of it: what a `Model` is made of, and how the description says it was trained. */
export interface DescribedModel {
  readonly parts: Pick<ModelParts, 'graph' | 'kind' | 'dialect' | 'inputNames' | 'outputNames' | 'states' | 'ready'>;
  readonly training: Training;
}

/**
 * Makes a model of its description in Keras's words.
 *
 * @throws SeeRnnError, with `file` in front, for whatever of it makes no model
 */
export function describedModel({ file, architecture: { config, kerasVersion, backend, training }, customLayers, budget, shapeless, warnings, setWeights }: ModelDescription): DescribedModel {
  let layers = 0;
  const waits: (() => Promise<void>)[] = [];
  const dialect = dialectOf(kerasVersion, backend, config);
  const loading: Loading = {
    file, dialect, customLayers: new Map(Object.entries(customLayers)), shared: new SharedLayers(config),
    made: (layer) => { budget.count(layer); },
    awaits: (ready) => { waits.push(ready); },
    warn: (line) => { if (!warnings.includes(line)) warnings.push(line); },
    countLayers(number) {
      layers += number;
      if (layers > MOST_LAYERS) throw fault({ file }, `the model has more than ${MOST_LAYERS} layers`);
    },
  };
  try {
    const entry = layerEntry(loading, config, 'the model');
    if (!isModelClass(entry)) throw fault(loading, `the model is of class ${nameText(entry.className)}, which is neither Sequential nor functional: only its own Python code says how its layers are connected`);
    if (entry.className !== 'Sequential' && entry.className !== 'Functional') loading.warn(`${file}: the model's class ${nameText(entry.className)} is not known here, and its layers are connected as its configuration says`);
    const model = buildModel(loading, entry);
    if (!model.ends) throw fault(loading, `model '${nameText(entry.name)}': the shape of its input is ${shapeless}`);
    const holder = holderOf(model);
    const states = setWeights(loading, holder) ?? new Map<Layer, readonly Tensor[]>();
    freeze(holder);
    tellUnknownPenalties(holder, (line) => { loading.warn(`${file}: ${line}`); });
    const { inputs } = model.ends;
    const outputs = model.ends.outputs.toSorted((a, b) => a.place - b.place);
    const ends = isSequential(entry) ? outputs.map(({ name }) => ({ layer: name, key: null })) : endReferences(loading, entry.config, 'output_layers', entry.name).toSorted((a, b) => a.place - b.place);
    return {
      parts: {
        graph: { ...model.ends.graph, outputs: outputs.map(({ value }) => value) }, kind: isSequential(entry) ? 'Sequential' : 'Functional', dialect, states,
        inputNames: inputs.map(({ name }) => name), outputNames: outputs.map(({ name }) => name), ...(waits.length > 0 && { ready: async () => { for (const ready of waits) await ready(); } }),
      },
      training: trainingIn(loading, training, ends),
    };
  } catch (error) {
    throw inLayer(loading, 'the model', error);
  }
}
