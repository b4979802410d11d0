import { nameText } from '../../core/printable.js';
import { buildFunctional } from './functional.js';
import { isSequential, type LayerEntry } from './layer-entry.js';
import { DEEPEST, fault, type Loading } from './loading.js';
import type { ModelLayer } from './model-layer.js';
import { buildSequential } from './sequential.js';

/** Builds a model of the file: its layers and how they are connected, with weights of zeros. */
export function buildModel(loading: Loading, entry: LayerEntry, depth = 0): ModelLayer {
  if (depth > DEEPEST) throw fault(loading, `model '${nameText(entry.name)}': models are nested more than ${DEEPEST} deep`);
  if (depth > 0 && entry.className !== 'Sequential' && entry.className !== 'Functional') {
    loading.warn(`${loading.file}: model '${nameText(entry.name)}': its class ${nameText(entry.className)} is not known here, and its layers are connected as its configuration says`);
  }
  return isSequential(entry) ? buildSequential(loading, entry, depth) : buildFunctional(loading, entry, depth);
}
