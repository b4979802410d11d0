import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/files/json.js';
import { buildLayer } from '../../src/from/keras/build-layer.js';
import { layerEntry } from '../../src/from/keras/layer-entry.js';
import { InputLayer } from '../../src/from/keras/layers/input-layer.js';
import type { Loading } from '../../src/from/keras/loading.js';
import { SharedLayers } from '../../src/from/keras/shared.js';
import type { Layer } from '../../src/graph/layer.js';

// The table of layers in docs/models.md: each class is built from what each generation of Keras that the table names writes of it.

const HEADING = '| | class | Keras | of it |';
const text = readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8');
const rows = text.slice(text.indexOf(HEADING)).split('\n\n')[0]!.split('\n').slice(2).map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));

type Major = 1 | 2 | 3;
/** A class as a table's row has it: in Keras `major`, there under the name `as`. */
interface Claim { readonly name: string; readonly major: Major; readonly as: string; readonly refused: string }

const claims: Claim[] = rows.flatMap(([, classes, versions, refused]) => [...classes!.matchAll(/`(\w+)`/g)].flatMap(([, name]) =>
  [...versions!.matchAll(/([123])(?: \(as `(\w+)`\))?/g)].map(([, major, as]): Claim => ({ name: name!, major: Number(major) as Major, as: as ?? name!, refused: refused! }))));

const of = (className: string, config: JsonObject): JsonObject => ({ class_name: className, config: { name: className.toLowerCase(), ...config } });
const cell = (major: Major): JsonObject => of('LSTMCell', units(major));
const units = (major: Major): JsonObject => (major === 1 ? { output_dim: 3 } : { units: 3 });
const rate = (major: Major): JsonObject => (major === 1 ? { p: 0.5 } : { rate: 0.5 });
const input = of('InputLayer', { name: 'x', batch_input_shape: [null, 4] });
const dense = (major: Major, also: JsonObject = {}): JsonObject => of('Dense', { ...units(major), ...also });
const filters = (major: Major, dimensions: number): JsonObject => {
  if (major > 1) return { filters: 3, kernel_size: Array.from({ length: dimensions }, () => 2) };
  return { nb_filter: 3, ...[{ filter_length: 2 }, { nb_row: 2, nb_col: 2 }, { kernel_dim1: 2, kernel_dim2: 2, kernel_dim3: 2 }][dimensions - 1] };
};
const functional = (major: Major): JsonObject => ({
  layers: [{ ...input, name: 'x', inbound_nodes: [] }, { ...dense(major), name: 'dense', inbound_nodes: [[['x', 0, 0]]] }], input_layers: [['x', 0, 0]], output_layers: [['dense', 0, 0]],
});

/** What Keras writes of a class beside its name, where it can't do without. */
const CONFIGS: Readonly<Record<string, (major: Major) => JsonObject>> = {
  ...Object.fromEntries(['LSTM', 'GRU', 'SimpleRNN', 'CuDNNLSTM', 'CuDNNGRU', 'LSTMCell', 'GRUCell', 'SimpleRNNCell', 'Dense', 'MaxoutDense'].map((name) => [name, units])),
  ...Object.fromEntries(['Dropout', 'GaussianDropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D', 'AlphaDropout'].map((name) => [name, rate])),
  ...Object.fromEntries(['Conv1D', 'SeparableConv1D', 'DepthwiseConv1D', 'Conv1DTranspose', 'ConvLSTM1D', 'LocallyConnected1D'].map((name) => [name, (major: Major) => filters(major, 1)])),
  ...Object.fromEntries(['Conv2D', 'SeparableConv2D', 'Conv2DTranspose', 'ConvLSTM2D', 'DepthwiseConv2D', 'LocallyConnected2D'].map((name) => [name, (major: Major) => filters(major, 2)])),
  ...Object.fromEntries(['Conv3D', 'Conv3DTranspose', 'ConvLSTM3D'].map((name) => [name, (major: Major) => filters(major, 3)])),
  RNN: (major) => ({ cell: cell(major) }), StackedRNNCells: (major) => ({ cells: [cell(major), cell(major)] }),
  Bidirectional: (major) => ({ layer: of('LSTM', units(major)) }), TimeDistributed: (major) => ({ layer: dense(major) }),
  SpectralNormalization: (major) => ({ layer: dense(major) }),
  MultiHeadAttention: () => ({ num_heads: 2, key_dim: 3 }),
  ...Object.fromEntries(['GroupedQueryAttention', 'GroupQueryAttention'].map((name) => [name, () => ({ head_dim: 3, num_query_heads: 4, num_key_value_heads: 2 })])),
  EinsumDense: () => ({ equation: 'ab,bc->ac', output_shape: 3 }),
  ...Object.fromEntries(['AdaptiveMaxPooling', 'AdaptiveAveragePooling'].flatMap((name) => [1, 2, 3].map((axes) => [`${name}${axes}D`, () => ({ output_size: axes === 1 ? 2 : Array.from({ length: axes }, () => 2) })]))),
  Activation: () => ({ activation: 'relu' }),
  ...Object.fromEntries(['Embedding', 'ReversibleEmbedding'].map((name) => [name, () => ({ input_dim: 4, output_dim: 3 })])),
  GaussianNoise: (major) => (major === 1 ? { sigma: 1 } : { stddev: 1 }),
  RepeatVector: () => ({ n: 2 }), Reshape: () => ({ target_shape: [2, 3] }), Permute: () => ({ dims: [2, 1] }),
  Dot: (major) => (major === 1 ? { mode: 'dot', dot_axes: [1, 1] } : { axes: [1, 1] }),
  CenterCrop: () => ({ height: 2, width: 2 }), Resizing: () => ({ height: 2, width: 2 }), RandomWidth: () => ({ factor: 0.2 }),
  CategoryEncoding: () => ({ num_tokens: 4 }), Discretization: () => ({ bin_boundaries: [0, 1] }), Hashing: () => ({ num_bins: 3 }), IntegerLookup: () => ({ vocabulary: [1, 2] }), Rescaling: () => ({ scale: 2 }),
  InputLayer: () => ({ batch_input_shape: [null, 4] }),
  Sequential: (major) => ({ layers: [dense(major, { batch_input_shape: [null, 4] })] }), Model: functional, Functional: functional,
};

/** Keras 1's modes of `Merge`. */
const MODES: Readonly<Record<string, string>> = { Add: 'sum', Multiply: 'mul', Average: 'ave', Maximum: 'max', Concatenate: 'concat', Dot: 'dot' };

/** What the last column says: in which classes' rows, what a file would have, and how it is refused when the layer is built. */
const REFUSALS: [phrase: string, only: RegExp, also: JsonObject, message: RegExp][] = [
  ['LoRA', /./, { lora_rank: 4 }, /lora_rank is 4/],
  ['quantised weights', /./, { quantization_config: { mode: 'int8' } }, /is quantised/],
  ['unknown activations', /^(LSTM|GRU|SimpleRNN|Activation)$/, { activation: 'unheard_of' }, /unheard_of/],
  ['other cells than these three', /^RNN$/, { cell: of('Dense', { units: 3 }) }, /cell must be an LSTM, GRU or SimpleRNN cell/],
  ['other cells than these three', /^StackedRNNCells$/, { cells: [of('Dense', { units: 3 })] }, /cells must be a list of LSTM, GRU and SimpleRNN cells/],
  ['constants', /^RNN$/, { num_constants: 1 }, /num_constants is 1/],
  ['around a layer that is not recurrent', /./, { layer: of('Dense', { units: 3 }) }, /layer must be a recurrent layer/],
  ['around stateful layers', /./, { layer: of('LSTM', { units: 3, stateful: true }) }, /which is stateful/],
  ['`virtual_batch_size`', /./, { virtual_batch_size: 2 }, /virtual_batch_size is 2/],
  ['sparse outputs', /^(CategoryEncoding|IntegerLookup)$/, { sparse: true, output_mode: 'multi_hot' }, /sparse is true/],
  ['inputs of strings', /^InputLayer$/, { dtype: 'string' }, /takes strings/],
  ['sparse and ragged ones', /^InputLayer$/, { ragged: true }, /only dense inputs/],
];

function built({ name, major, as }: Claim, also: JsonObject = {}): Layer {
  const loading: Loading = {
    file: 'file', dialect: { kerasMajor: major, kerasVersion: `${major}.0.0`, tfjs: false }, customLayers: new Map(), awaits: () => undefined, shared: new SharedLayers({}),
    made: () => undefined, warn: (line) => { throw new Error(line); }, countLayers: () => undefined,
  };
  const config = { ...CONFIGS[name]?.(major), ...(as === 'Merge' ? { mode: MODES[name]! } : {}), ...also };
  const layer = buildLayer(loading, layerEntry(loading, of(as, config), 'the file'));
  // What it asks of an input is looked at where that is made.
  if (layer instanceof InputLayer) void layer.form;
  return layer;
}

describe('the table of layers in docs/models.md', () => {
  it('is read here', () => {
    expect(claims.length).toBeGreaterThan(150);
    expect(new Set(claims.map(({ name }) => name)).size).toBeGreaterThan(80);
  });

  it.each(claims.filter(({ as, name }) => as !== 'Merge' || name in MODES).map((claim): [string, Claim] => [`${claim.name} of Keras ${claim.major}`, claim]))('%s is built', (_, claim) => {
    expect(built(claim).className).toBe(claim.as);
  });

  it.each(REFUSALS)('what it calls refused is: %s', (phrase, only, also, message) => {
    const refused = claims.filter(({ name, major, refused }) => refused.includes(phrase) && only.test(name) && major > 1);
    expect(refused.length).toBeGreaterThan(0);
    for (const claim of refused) expect(() => { built(claim, also); }, claim.name).toThrow(message);
  });
});
