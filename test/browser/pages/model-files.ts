import { readModelFile } from '../../../src/files/model-file.js';
import type { SavedModel, SavedWeight, WeightTree } from '../../../src/files/saved-model.js';

/** Files as a person drops them on a page: names and bytes. */
export type Dropped = readonly (readonly [name: string, bytes: readonly number[]])[];

const asFiles = (dropped: Dropped): File[] => dropped.map(([name, bytes]) => new File([Uint8Array.from(bytes)], name));

/** What a model's files hold: its format, and every weight's path and numbers. */
export async function read(dropped: Dropped): Promise<{ format: string; weights: [string, number[]][] }> {
  const model = await readModelFile(asFiles(dropped));
  const weights = weightsOf(model).map(({ path, read: numbers }): [string, number[]] => [path, [...numbers()]]);
  model.close();
  return { format: model.format, weights };
}

/** What is said about files that are refused. */
export const refusal = (dropped: Dropped): Promise<string> => readModelFile(asFiles(dropped)).then(() => 'read', (error: unknown) => String(error));

/** What is said about a path. */
export const path = (name: string): Promise<string> => readModelFile(name).then(() => 'read', (error: unknown) => String(error));

function weightsOf({ weights }: SavedModel): SavedWeight[] {
  if (weights.kind === 'by-name') return [...weights.weights];
  if (weights.kind === 'by-layer') return weights.layers.flatMap((layer) => layer.weights);
  const below = (tree: WeightTree): SavedWeight[] => [...tree.vars, ...[...tree.children.values()].flatMap(below)];
  return below(weights.root);
}
