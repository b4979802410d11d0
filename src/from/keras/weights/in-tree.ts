import { namesText } from '../../../core/printable.js';
import type { WeightTree } from '../../../files/saved-model.js';
import type { Layer } from '../../../graph/layer.js';
import { fault, layerText, type Loading } from '../loading.js';
import { differing, type Dealt } from './by-layer.js';
import type { Holder } from './slots.js';
import type { WeightSource } from './stored-layout.js';

/**
 * The store of Keras 3, and of tf.keras 2.12 to 2.15: a tree of the objects' attributes. Layers in a list are called by their class and
 * a number (`lstm`, `lstm_1`), not by their names, and how the numbers run differs between versions: within a class their order counts.
 * Where the file gives the layers' names beside, those count.
 *
 * An object that is held in several places is stored in the first of them alone, and is counted in all.
 */
export function dealFromTree(loading: Loading, model: Holder, root: WeightTree): Dealt {
  const dealt: Dealt = new Map();
  deal({ loading, stored: storedHolders(model), dealt }, model, root);
  return dealt;
}

/** The holders that have weights in the file: of each layer the first, in the order in which Keras goes through them. */
function storedHolders(model: Holder): ReadonlySet<Holder> {
  const stored = new Set<Holder>();
  const seen = new Set<Layer>();
  const visit = (holder: Holder): boolean => {
    if (seen.has(holder.layer)) return false;
    seen.add(holder.layer);
    const has = holder.held.map(visit).includes(true) || holder.part !== null;
    if (has) stored.add(holder);
    return has;
  };
  visit(model);
  return stored;
}

interface Dealing { readonly loading: Loading; readonly stored: ReadonlySet<Holder>; readonly dealt: Dealt }

/** Where the layers of a model stand: in Keras 3; in tf.keras 2.12 to 2.15; in early versions of either. */
const MODEL_LISTS = [['layers'], ['_layer_checkpoint_dependencies'], ['_functional', 'layers'], ['_functional', '_layer_checkpoint_dependencies'], ['_self_tracked_trackables'], ['_layers']];

/** Where cells do. */
const CELL_LISTS = [['cell', 'cells'], ['cells']];

function deal(dealing: Dealing, holder: Holder, tree: WeightTree): void {
  const { stored, dealt } = dealing;
  const { part, held, isModel } = holder;
  // What our layer does as one, several objects may do in Keras.
  if (part) dealt.set(part.layer, held.length === 0 ? variablesOf(tree) : tree.vars);
  const weighted = held.filter((inner) => stored.has(inner));
  const listed = isModel ? weighted : weighted.filter(({ name }) => /^\d+$/.test(name));
  if (listed.length > 0 || isModel) dealList(dealing, holder, listed, tree);
  if (isModel) return;
  for (const inner of weighted) {
    if (!listed.includes(inner)) deal(dealing, inner, childOf(dealing.loading, holder, inner, tree));
  }
}

function dealList(dealing: Dealing, { label, isModel }: Holder, holders: readonly Holder[], tree: WeightTree): void {
  const { loading } = dealing;
  const lists = isModel ? MODEL_LISTS : CELL_LISTS;
  const list = lists.map((path) => path.reduce<WeightTree | undefined>((at, key) => at?.children.get(key), tree)).find((found) => found && hasVariables(found));
  if (list) for (const [inner, child] of paired(loading, holders, list)) deal(dealing, inner, child);
  else if (holders.length > 0) throw fault(loading, `${layerText(label)}: its weights are not in the file: there is no '${lists[0]!.join('/')}'`);
}

/** What Keras calls the attributes that hold the layers in a layer. */
function attributesOf(name: string): readonly string[] {
  if (name === '') return ['layer', 'cell'];
  const base = name === 'attention_output' ? 'output' : name;
  return [name, `${name}_layer`, `_${base}_dense`, `${base}_dense`, `_${name}`];
}

function childOf(loading: Loading, holder: Holder, { name }: Holder, tree: WeightTree): WeightTree {
  const attributes = attributesOf(name);
  const child = attributes.map((attribute) => tree.children.get(attribute)).find((found) => found !== undefined);
  if (!child) throw fault(loading, `${layerText(holder.label)}: its weights are not in the file: there is no '${attributes[name === 'forward' || name === 'backward' ? 1 : 0]!}'`);
  return child;
}

/** Which of a list's objects is which layer. */
function paired(loading: Loading, holders: readonly Holder[], list: WeightTree): [Holder, WeightTree][] {
  const stored = [...list.children].filter(([, tree]) => hasVariables(tree));
  const byName = new Map(stored.map(([, tree]) => [tree.name, tree]));
  if (byName.size === stored.length && stored.length === holders.length && holders.every(({ layer }) => byName.has(layer.name))) {
    return holders.map((holder) => [holder, byName.get(holder.layer.name)!]);
  }
  const byClass = new Map<string, [number, WeightTree][]>();
  for (const [key, tree] of stored) {
    const [, base, number] = /^(.*?)(?:_(\d+))?$/s.exec(key)!;
    byClass.set(base!, [...byClass.get(base!) ?? [], [Number(number ?? 0), tree]]);
  }
  for (const trees of byClass.values()) trees.sort(([a], [b]) => a - b);
  const pairs = holders.map((holder): [Holder, WeightTree | undefined] => [holder, namesOf(holder).map((name) => byClass.get(name)).find((trees) => trees?.length)?.shift()?.[1]]);
  const over = [...byClass.values()].flat().length;
  const missing = pairs.filter(([, tree]) => !tree).map(([{ layer }]) => layer.name);
  if (over > 0 || missing.length > 0) {
    if (missing.length === 0 || over === 0) {
      const left = new Set([...byClass.values()].flat().map(([, tree]) => tree));
      const leftNames = stored.filter(([, tree]) => left.has(tree)).map(([key]) => key);
      throw fault(loading, missing.length > 0 ? `the weights of ${missing.slice(0, 40).map((name) => layerText(name)).join(', ')}${missing.length > 40 ? `, ... (${missing.length} in all)` : ''} are not in the file` : `its weights do not fit the model: no layer takes those of ${namesText(leftNames)}`);
    }
    throw differing(loading, holders.map(({ layer }) => layer.name), stored.map(([key, { name }]) => name ?? key));
  }
  return pairs as [Holder, WeightTree][];
}

/** What a layer may be called in a list: by its class, as Keras writes that in lower case. */
function namesOf({ layer, isModel }: Holder): string[] {
  const name = snakeCase(layer.className);
  // A functional model's class was called Model at times.
  return isModel && name !== 'sequential' ? [name, 'functional', 'model'] : [name];
}

/** `SimpleRNN` as Keras has it in a path: `simple_rnn`. */
export const snakeCase = (name: string): string =>
  name.replace(/\W+/g, '').replace(/(.)([A-Z][a-z]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();

/** Objects that a layer holds beside its weights: the state of its random numbers. */
const NO_WEIGHTS = new Set(['seed_generator', '_seed_generator', 'random_generator', '_random_generator']);

/** The layers that one of ours stands for, in the order of its weights. */
const INNER_ORDER = ['cell', 'layer', 'query_dense', '_query_dense', 'key_dense', '_key_dense', 'value_dense', '_value_dense', 'output_dense', '_output_dense'];

/** All weights of a layer and of what it is made of. */
function variablesOf({ vars, children }: WeightTree): WeightSource[] {
  const place = (key: string): number => (INNER_ORDER.includes(key) ? INNER_ORDER.indexOf(key) : INNER_ORDER.length);
  const inner = [...children].filter(([key]) => !NO_WEIGHTS.has(key)).sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));
  return [...vars, ...inner.flatMap(([, tree]) => variablesOf(tree))];
}

const hasVariables = (tree: WeightTree): boolean =>
  tree.vars.length > 0 || [...tree.children].some(([key, child]) => !NO_WEIGHTS.has(key) && hasVariables(child));
