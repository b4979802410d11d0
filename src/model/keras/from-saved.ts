import { engine } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { printable } from '../../core/printable.js';
import type { SavedModel } from '../../files/saved-model.js';
import type { Architecture } from '../../files/tfjs-model.js';
import { inLayer, layerEntry } from './build-layer.js';
import { buildModel, isModelClass } from './build-model.js';
import { takeOwnArguments } from '../own-arguments.js';
import { WeightBudget } from './budget.js';
import { compileAs } from './compile.js';
import { fault, MOST_LAYERS, type CustomLayer, type Loading } from './context.js';
import { generationOf } from './generation.js';
import { endReferences } from './node-calls.js';
import { setOrigin } from './origin.js';
import { TfjsNames } from './tfjs-names.js';
import { heldNumbers, setWeights } from './weights.js';
import { settleFrozen } from './weight-slots.js';

/** What modelFromSaved takes beside the file. */
export interface FromSavedOptions {
  /** The model that the weights belong to, where the file's own description is absent or not the one meant. */
  readonly architecture?: Architecture | null;
  readonly customLayers?: Readonly<Record<string, CustomLayer>>;
  readonly warn?: (line: string) => void;
}

/**
 * Turns what a model file says into a model with weights.
 *
 * @throws SeeRnnError where the file holds weights alone and no architecture is given, and for whatever of it makes no model; nothing is left in memory then
 */
export function modelFromSaved(saved: SavedModel, { architecture = null, customLayers = {}, warn = () => undefined }: FromSavedOptions = {}): LayersModel {
  const { file } = saved;
  const described: Architecture | null = architecture ?? (saved.config && { ...saved, config: saved.config });
  if (!described) throw fault({ file }, "holds weights alone: give the model that they belong to as 'architecture' (--architecture on the command line), e.g. the JSON that Keras's to_json() writes");
  const warnings: string[] = [];
  let layers = 0;
  const loading: Loading = {
    file, kerasVersion: described.kerasVersion, kerasMajor: generationOf(described.kerasVersion, described.config),
    customLayers: new Map(Object.entries(customLayers)), budget: new WeightBudget(heldNumbers(saved.weights)), names: new TfjsNames(), shared: new Map(),
    warn: (line) => { if (!warnings.includes(line)) warnings.push(line); },
    countLayers(number) {
      layers += number;
      if (layers > MOST_LAYERS) throw fault({ file }, `the model has more than ${MOST_LAYERS} layers`);
    },
  };
  saved.warnings.forEach(loading.warn);
  const variables = new Set(Object.keys(engine().registeredVariables));
  try {
    const entry = layerEntry(loading, described.config, 'the model');
    if (!isModelClass(entry)) throw fault(loading, `the model is of class ${printable(entry.className)}, which is neither Sequential nor functional: only its own Python code says how its layers are connected`);
    if (entry.className !== 'Sequential' && entry.className !== 'Functional') loading.warn(`${file}: the model's class ${printable(entry.className)} is not known here, and its layers are connected as its configuration says`);
    const model = buildModel(loading, entry);
    loading.names.restore();
    setWeights(loading, model, saved);
    settleFrozen(model);
    takeOwnArguments(model);
    const outputs = entry.className === 'Sequential' ? [{ layer: model.layers.at(-1)!.name, key: null }] : endReferences(loading, entry.config, 'output_layers', entry.name).map(({ layer, key }) => ({ layer, key }));
    const training = compileAs(loading, model, described.training ?? saved.training, outputs);
    setOrigin(model, { file, format: saved.format, kerasVersion: saved.kerasVersion ?? described.kerasVersion, backend: saved.backend, ...training, warnings });
    warnings.forEach(warn);
    return model;
  } catch (error) {
    for (const [name, variable] of Object.entries(engine().registeredVariables)) if (!variables.has(name)) variable.dispose();
    // TF.js's own words don't say which file.
    throw inLayer(loading, 'the model', error);
  }
}

