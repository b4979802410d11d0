import { nameText } from '../../core/printable.js';
import type { SavedModel } from '../../files/saved-model.js';
import type { Architecture } from '../../files/tfjs-model.js';
import { Model } from '../../model2/model.js';
import { buildModel } from './build-model.js';
import { trainingIn } from './compile.js';
import { dialectOf } from './generation.js';
import { isModelClass, layerEntry } from './layer-entry.js';
import { fault, inLayer, MOST_LAYERS, type Adopt, type CustomLayer, type Loading } from './loading.js';
import { endReferences } from './node-calls.js';
import { SharedLayers } from './shared.js';
import { shapeUnknown } from './sequential.js';
import { WeightBudget } from './weights/budget.js';
import { heldNumbers, setWeights } from './weights/set-weights.js';
import { freeze, holderOf, tellUnknownPenalties } from './weights/slots.js';

/** What {@link modelFromSaved} takes beside the file. */
export interface FromSavedOptions {
  /** The model that the weights belong to, where the file's own description is absent or not the one meant. */
  readonly architecture?: Architecture | null;
  readonly customLayers?: Readonly<Record<string, CustomLayer>>;
  /** Takes over layers of TF.js's that customLayers gives. */
  readonly adopt?: Adopt | null;
  readonly warn?: (line: string) => void;
}

/**
 * Turns what a model file says into a model with weights.
 *
 * @throws SeeRnnError where the file holds weights alone and no architecture is given, and for whatever of it makes no model
 */
export function modelFromSaved(saved: SavedModel, { architecture = null, customLayers = {}, adopt = null, warn = () => undefined }: FromSavedOptions = {}): Model {
  const { file } = saved;
  const described: Architecture | null = architecture ?? (saved.config && { ...saved, config: saved.config });
  if (!described) throw fault({ file }, "holds weights alone: give the model that they belong to as 'architecture' (--architecture on the command line), e.g. the JSON that Keras's to_json() writes");
  const warnings: string[] = [];
  let layers = 0;
  const budget = new WeightBudget(heldNumbers(saved.weights));
  const dialect = dialectOf(described.kerasVersion, described.backend, described.config);
  const loading: Loading = {
    file, dialect, adopt, customLayers: new Map(Object.entries(customLayers)), shared: new SharedLayers(described.config),
    made: (layer) => { budget.count(layer); },
    warn: (line) => { if (!warnings.includes(line)) warnings.push(line); },
    countLayers(number) {
      layers += number;
      if (layers > MOST_LAYERS) throw fault({ file }, `the model has more than ${MOST_LAYERS} layers`);
    },
  };
  saved.warnings.forEach(loading.warn);
  try {
    const entry = layerEntry(loading, described.config, 'the model');
    if (!isModelClass(entry)) throw fault(loading, `the model is of class ${nameText(entry.className)}, which is neither Sequential nor functional: only its own Python code says how its layers are connected`);
    if (entry.className !== 'Sequential' && entry.className !== 'Functional') loading.warn(`${file}: the model's class ${nameText(entry.className)} is not known here, and its layers are connected as its configuration says`);
    const model = buildModel(loading, entry);
    if (!model.ends) throw shapeUnknown(loading, entry.name);
    const holder = holderOf(model);
    const states = setWeights(loading, holder, saved);
    freeze(holder);
    tellUnknownPenalties(holder, (line) => { loading.warn(`${file}: ${line}`); });
    const { inputs } = model.ends;
    const outputs = model.ends.outputs.toSorted((a, b) => a.place - b.place);
    const ends = entry.className === 'Sequential' ? outputs.map(({ name }) => ({ layer: name, key: null })) : endReferences(loading, entry.config, 'output_layers', entry.name).toSorted((a, b) => a.place - b.place);
    const { compiled, ...training } = trainingIn(loading, described.training ?? saved.training, ends);
    const made = new Model({
      graph: { ...model.ends.graph, outputs: outputs.map(({ value }) => value) }, kind: entry.className === 'Sequential' ? 'Sequential' : 'Functional', compiled, dialect, states,
      inputNames: inputs.map(({ name }) => name), outputNames: outputs.map(({ name }) => name),
      origin: { file, format: saved.format, kerasVersion: saved.kerasVersion ?? described.kerasVersion, backend: saved.backend, ...training, warnings },
    });
    warnings.forEach(warn);
    return made;
  } catch (error) {
    throw inLayer(loading, 'the model', error);
  }
}
