import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { Hdf5File } from './hdf5/hdf5-file.js';
import { parseJsonObject, type JsonObject } from './json.js';
import { limits } from './limits.js';
import type { SavedLayer, SavedModel, SavedWeight, SavedWeights, WeightTree } from './saved-model.js';
import type { ZipLimits } from './zip.js';

/**
 * Reads what Keras writes as HDF5, by what is in it: whole models (`model.save` of Keras 1, 2 and tf.keras; of Keras 3 where the name ends in
 * `.h5`), and weights alone (`save_weights`, of every generation).
 *
 * @param file its name, as messages show it
 */
export async function readKerasHdf5(bytes: Uint8Array, file: string, { maxBytes }: ZipLimits = {}): Promise<SavedModel> {
  const hdf5 = await Hdf5File.open(bytes, file, maxBytes);
  try {
    return describe(hdf5, file);
  } catch (error) {
    hdf5.close();
    throw error;
  }
}

function describe(hdf5: Hdf5File, file: string): SavedModel {
  const attributes = hdf5.attributes('/');
  const warnings: string[] = [];
  const config = attributes.includes('model_config') ? jsonAttribute(hdf5, 'model_config', file) : null;
  const root = hdf5.kind('/model_weights') === 'group' ? '/model_weights' : '/';
  if (config !== null && root === '/') throw new SeeRnnError(`${file}: holds a model's configuration, but no group 'model_weights'`);
  return {
    format: config === null ? 'weights-hdf5' : 'keras-hdf5',
    file,
    kerasVersion: single(hdf5, '/', 'keras_version') ?? single(hdf5, root, 'keras_version'),
    backend: single(hdf5, '/', 'backend') ?? single(hdf5, root, 'backend'),
    config,
    training: config === null ? null : training(hdf5, file, warnings),
    weights: savedWeights(hdf5, root, file),
    warnings,
    close: () => { hdf5.close(); },
  };
}

function jsonAttribute(hdf5: Hdf5File, attribute: string, file: string): JsonObject {
  const text = single(hdf5, '/', attribute);
  if (text === null) throw new SeeRnnError(`${file}: attribute ${attribute} of / is empty, expected JSON`);
  return parseJsonObject(text, `${file}: ${attribute}`);
}

/** How it was compiled: never a reason not to read a model. */
function training(hdf5: Hdf5File, file: string, warnings: string[]): JsonObject | null {
  try {
    return hdf5.attributes('/').includes('training_config') ? jsonAttribute(hdf5, 'training_config', file) : null;
  } catch (error) {
    if (!(error instanceof SeeRnnError)) throw error;
    warnings.push(`${error.message}; its loss and optimiser are not known`);
    return null;
  }
}

function single(hdf5: Hdf5File, path: string, attribute: string): string | null {
  const text = hdf5.text(path, attribute);
  return Array.isArray(text) ? text[0] ?? null : text;
}

/** Weights under a group, in whichever order the group keeps them. */
function savedWeights(hdf5: Hdf5File, root: string, file: string): SavedWeights {
  const layers = listed(hdf5, root, 'layer_names', file);
  if (layers !== null) return { kind: 'by-layer', layers: savedLayers(hdf5, root, layers, file) };
  if (hdf5.attributes(root).includes('nb_layers')) throw new SeeRnnError(`${file}: was written by Keras 0, which is not supported; Keras 1 and later are`);
  const tree = readWeightTree(hdf5, root);
  if (tree === null) {
    const found = hdf5.names(root).slice(0, 8).map(printable).join(', ');
    throw new SeeRnnError(`${file}: holds no Keras weights: expected an attribute 'layer_names' or groups named 'vars'; at the top it has ${found === '' ? 'nothing' : found}`);
  }
  return { kind: 'tree', root: tree };
}

/**
 * An attribute that lists names. Where they take more than the 64 KiB an attribute may have, Keras cuts it into `layer_names0`,
 * `layer_names1`, ...
 */
function listed(hdf5: Hdf5File, path: string, attribute: string, file: string): string[] | null {
  const attributes = new Set(hdf5.attributes(path));
  const names: string[] = [];
  const add = (name: string): void => {
    const text = hdf5.text(path, name) ?? [];
    for (const entry of Array.isArray(text) ? text : [text]) names.push(entry);
    if (names.length > limits.listedNames) throw new SeeRnnError(`${file}: ${printable(path)} lists more than ${limits.listedNames} names in ${attribute}`);
  };
  if (attributes.has(attribute)) add(attribute);
  else if (attributes.has(`${attribute}0`)) for (let i = 0; attributes.has(`${attribute}${i}`); i++) add(`${attribute}${i}`);
  else return null;
  return names;
}

function savedLayers(hdf5: Hdf5File, root: string, names: readonly string[], file: string): SavedLayer[] {
  const layers = names.map((name) => {
    const group = `${root === '/' ? '' : root}/${name}`;
    if (hdf5.kind(group) !== 'group') throw new SeeRnnError(`${file}: lists layer ${printable(name)}, but has no group of that name`);
    return { name, weights: layerWeights(hdf5, group, name, file) };
  });
  const seen = new Set<string>();
  const repeated = names.find((name) => seen.size === seen.add(name).size);
  if (repeated !== undefined) throw new SeeRnnError(`${file}: lists layer ${printable(repeated)} twice`);
  // Weights of the model itself, outside of every layer: tf.keras 2.9 and later, and Keras 3.
  const own = `${root === '/' ? '' : root}/${topLevel}`;
  if (!names.includes(topLevel) && hdf5.kind(own) === 'group') {
    const weights = layerWeights(hdf5, own, topLevel, file);
    if (weights.length > 0) layers.push({ name: topLevel, weights });
  }
  return layers;
}

const topLevel = 'top_level_model_weights';

function layerWeights(hdf5: Hdf5File, group: string, layer: string, file: string): SavedWeight[] {
  const names = listed(hdf5, group, 'weight_names', file);
  if (names === null) throw new SeeRnnError(`${file}: layer ${printable(layer)} has no attribute 'weight_names'`);
  return names.map((name) => {
    const path = `${group}/${name}`;
    if (hdf5.kind(path) !== 'array') throw new SeeRnnError(`${file}: layer ${printable(layer)} lists weight ${printable(name)}, which the file does not hold`);
    return savedWeight(hdf5, path, name);
  });
}

function savedWeight(hdf5: Hdf5File, path: string, name: string): SavedWeight {
  const { shape, read } = hdf5.array(path);
  return { path: printable(path), name, shape, read };
}

/**
 * The weights of a Keras 3 store below a group: each object's variables in a group `vars`, the objects that it holds beside that. The
 * optimiser's are left out. Null where there are none at all.
 */
function readWeightTree(hdf5: Hdf5File, root: string): WeightTree | null {
  let found = false;
  const read = (group: string): WeightTree => {
    const children = new Map<string, WeightTree>();
    let own: Pick<WeightTree, 'name' | 'vars'> = { name: null, vars: [] };
    for (const name of hdf5.names(group)) {
      const path = `${group === '/' ? '' : group}/${name}`;
      if (group === root && name === 'optimizer') continue;
      if (hdf5.kind(path) !== 'group') continue;
      if (name === 'vars') {
        own = variables(hdf5, path);
        found = true;
      } else addChild(children, name.split('\\'), read(path));
    }
    return { ...own, children };
  };
  const tree = read(root);
  return found ? tree : null;
}

/** Adds an object's weights under its attribute. On Windows some versions of Keras wrote several attributes as one: `layers\\lstm\\cell`. */
function addChild(children: Map<string, WeightTree>, [name, ...rest]: readonly string[], tree: WeightTree): void {
  const known = children.get(name!);
  const inner = new Map(known?.children);
  if (rest.length > 0) addChild(inner, rest, tree);
  children.set(name!, rest.length > 0 ? { name: known?.name ?? null, vars: known?.vars ?? [], children: inner } : { ...tree, children: new Map([...inner, ...tree.children]) });
}

function variables(hdf5: Hdf5File, group: string): Pick<WeightTree, 'name' | 'vars'> {
  // Keras names them 0, 1, 2, ... in order; HDF5 lists 10 before 2.
  const names = hdf5.names(group).sort((a, b) => number(a) - number(b) || (a < b ? -1 : 1));
  const vars = names.filter((name) => hdf5.kind(`${group}/${name}`) === 'array').map((name) => savedWeight(hdf5, `${group}/${name}`, name));
  return { name: single(hdf5, group, 'name'), vars };
}

/** The number that a name is; beyond all numbers where it is none. */
const number = (name: string): number => (/^\d{1,9}$/.test(name) ? Number(name) : 1e9);
