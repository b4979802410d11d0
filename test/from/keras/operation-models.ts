import { readFileSync } from 'node:fs';
import { parseJson, type JsonObject, type JsonValue } from '../../../src/files/json.js';
import { describedModel } from '../../../src/from/keras/described-model.js';
import { WeightBudget } from '../../../src/from/keras/weights/budget.js';
import type { Graph } from '../../../src/graph/graph.js';
import type { Dtype } from '../../../src/graph/tensor.js';

/** Models of operations, as Keras wrote them, and what it computed by them. `operations.py` asked it. */

export interface Answer { readonly shape: readonly number[]; readonly dtype: string; readonly data: readonly (number | string | boolean)[] }
export interface Case {
  /** The expression that the model was made of. */
  readonly code: string;
  readonly layers: readonly JsonObject[];
  readonly ends: JsonValue;
  readonly outputs: readonly Answer[];
  readonly gradients: readonly (readonly (number | string)[] | null)[];
}
export type Kind = 'keras3' | 'keras2' | 'graph';
export const answers = parseJson(readFileSync(new URL('operations.json', import.meta.url), 'utf8'), 'operations.json') as unknown as { readonly inputs: Readonly<Record<string, Answer>> } & Readonly<Record<Kind, readonly Case[]>>;

export const kindOf = (dtype: string): Dtype => (dtype.startsWith('float') ? 'float' : dtype === 'bool' ? 'bool' : 'int');
export const numbers = (data: readonly (number | string | boolean)[]): number[] => data.map((value) => (typeof value === 'string' ? Number(value.replace('inf', 'Infinity')) : Number(value)));

/** The inputs that a case reads, in the order in which its model has them. */
export const readBy = ({ layers }: Pick<Case, 'layers'>): string[] => Object.keys(answers.inputs).filter((name) => JSON.stringify(layers).includes(`["${name}",0,0`));

/** The graph of a case's model, made as of a file. */
export function graphOf({ layers, ends }: Pick<Case, 'layers' | 'ends'>, kind: Kind): Graph {
  const inputs = readBy({ layers }).map((name): JsonObject => {
    const { shape, dtype } = answers.inputs[name]!;
    return { class_name: 'InputLayer', name, config: { name, dtype, batch_input_shape: [null, ...shape.slice(1)] }, inbound_nodes: [] };
  });
  const config: JsonObject = { name: 'model', layers: [...inputs, ...layers], input_layers: inputs.map(({ name }) => [name!, 0, 0]), output_layers: ends };
  return describedModel({
    file: 'model.keras', customLayers: {}, budget: new WeightBudget(0), shapeless: 'open', warnings: [], setWeights: () => null,
    architecture: { config: { class_name: 'Functional', config }, kerasVersion: kind === 'keras3' ? '3.15.1' : '2.15.0', backend: 'tensorflow', training: null },
  }).parts.graph;
}
