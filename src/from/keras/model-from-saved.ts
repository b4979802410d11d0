import type { SavedModel } from '../../files/saved-model.js';
import type { Architecture } from '../../files/tfjs-model.js';
import { Model } from '../../model/model.js';
import { describedModel } from './described-model.js';
import { fault, type CustomLayer } from './loading.js';
import { WeightBudget } from './weights/budget.js';
import { heldNumbers, setWeights } from './weights/set-weights.js';

/** What {@link modelFromSaved} takes beside the file. */
export interface FromSavedOptions {
  /** The model that the weights belong to, where the file's own description is absent or not the one meant. */
  readonly architecture?: Architecture | null;
  readonly customLayers?: Readonly<Record<string, CustomLayer>>;
  readonly warn?: (line: string) => void;
}

/**
 * Turns what a model file says into a model with weights.
 *
 * @throws SeeRnnError where the file holds weights alone and no architecture is given, and for whatever of it makes no model
 */
export function modelFromSaved(saved: SavedModel, { architecture = null, customLayers = {}, warn = () => undefined }: FromSavedOptions = {}): Model {
  const { file, format, backend } = saved;
  const described: Architecture | null = architecture ?? (saved.config && { ...saved, config: saved.config });
  if (!described) throw fault({ file }, "holds weights alone: give the model that they belong to as 'architecture' (--architecture on the command line), e.g. the JSON that Keras's to_json() writes");
  const warnings = [...new Set(saved.warnings)];
  const { parts, training: { compiled, ...training } } = describedModel({
    file, customLayers, warnings, architecture: { ...described, training: described.training ?? saved.training },
    budget: new WeightBudget(heldNumbers(saved.weights)), shapeless: 'not in the file: the model was saved before it was built; call it once, or give it an Input, and save it again',
    setWeights: (loading, holder) => setWeights(loading, holder, saved),
  });
  const made = new Model({ ...parts, compiled, origin: { file, format, kerasVersion: saved.kerasVersion ?? described.kerasVersion, backend, ...training, warnings } });
  warnings.forEach(warn);
  return made;
}
