import { shapeText } from '../core/array.js';
import { UsageError } from '../core/errors.js';
import { shown } from '../core/options.js';
import { printable } from '../core/printable.js';
import type { Layer } from '../graph/layer.js';
import { asModel, isLiveModel, isModel, liveReader } from './as-model.js';
import { findLayer, type LayerId } from './find.js';
import type { LiveLayer, ModelLike } from './live-model.js';
import { requireRecurrent } from './recurrent-parts.js';
import { recurrences, type RecurrentSummary } from './summary.js';
import { layerWeights } from './weights.js';

/**
 * A recurrent layer's weights and gates as text to be read: names and shapes, the gates in the order in which they are stored and the
 * columns that each has, what a GRU's bias holds in either of its two forms, both directions of a Bidirectional layer.
 *
 * @param model the model and, behind it, a layer's index, name or part of its name; or a layer alone
 * @throws SeeRnnError for a layer that is not recurrent, and where there is no such layer, or several
 * @example
 * console.log(rnnSummary(model, 'lstm'));
 * @example
 * console.log(rnnSummary(model.layers[1]));
 */
export function rnnSummary(model: ModelLike, id: LayerId): string;
export function rnnSummary(layer: Layer | LiveLayer): string;
export function rnnSummary(from: ModelLike | Layer | LiveLayer, id?: LayerId): string {
  if (id === undefined && (isModel(from) || isLiveModel(from))) throw new UsageError('rnnSummary: expected a layer, or a model and the index or name of a layer, found a model alone');
  const { name, layer } = id === undefined ? alone(from) : findLayer(asModel('rnnSummary', from as ModelLike), id);
  requireRecurrent('rnnSummary', layer);
  const weights = layerWeights(layer).map((weight) => ({ name: weight.name, shape: weight.weight.shape }));
  const parts = recurrences(layer);
  const kind = layer.className;
  const lines = parts.flatMap((part) => {
    // Also of a stack of one cell, whose weights have a number and whose part has no name.
    const own = parts.length === 1 ? weights : weights.filter((weight) => weight.name.startsWith(`${part.part}/`));
    return [`${part.part === '' ? name : `${name}, ${part.part}`}: ${headline(kind, part)}`, ...own.map((weight) => `  ${weight.name}  ${shapeText(weight.shape)}`), ...aboutGates(part), ''];
  });
  return printable(lines.slice(0, -1).join('\u0000')).replaceAll('\\u0000', '\n');
}

/** A layer that was given without its model: of ours, or a live one. */
function alone(given: unknown): { readonly name: string; readonly layer: Layer } {
  const isOurs = typeof given === 'object' && given !== null && 'className' in given && 'parts' in given && 'recurrent' in given;
  const layer = isOurs ? given as Layer : liveReader()?.layer(given) ?? null;
  if (!layer) throw new UsageError(`rnnSummary: expected a layer, or a model and the index or name of a layer, found ${shown(given)}`);
  return { name: layer.name, layer };
}

function headline(layerKind: string, { kind, units, direction, resetAfter }: RecurrentSummary): string {
  return [
    `${layerKind.startsWith('CuDNN') ? layerKind : kind} of ${units} unit${units === 1 ? '' : 's'}`, `reads ${direction}`,
    ...(resetAfter === null ? [] : [resetAfter ? 'reset_after' : 'no reset_after']),
  ].join(', ');
}

function aboutGates(part: RecurrentSummary): string[] {
  const { gates, units, gateWeights: { kernel, recurrent_kernel, bias }, activation, recurrentActivation } = part;
  const shapes = [`kernel ${shapeText(kernel)}`, `recurrent_kernel ${shapeText(recurrent_kernel)}`, bias === null ? 'no bias' : `bias ${shapeText(bias)}`].join(', ');
  const columns = gates.map((gate, i) => `${gate} ${units === 1 ? i : `${i * units}-${(i + 1) * units - 1}`}`).join(', ');
  return [
    gates.length === 1 ? `  no gates: all columns make the ${gates[0]!}` : `  gates and their columns: ${columns}`,
    ...(gates.length === 1 ? [] : [`  of each gate: ${shapes}`]),
    `  activation ${activation}${recurrentActivation === null ? '' : `, of the gates ${recurrentActivation}`}`,
    ...aboutBias(part),
  ];
}

/** The equations are those of src/cells/gru.ts. */
function aboutBias({ resetAfter, gateWeights: { bias } }: RecurrentSummary): string[] {
  if (resetAfter === null) return [];
  const [b, v] = bias === null ? ['', ''] : [' + b', ' + v'];
  return resetAfter
    ? [`  new = activation(x W${b} + reset * (h U${v})): the reset gate acts on the recurrent product`,
      ...(bias === null ? [] : ['  the bias has two rows: b, added to x W, and the recurrent bias v, added to h U'])]
    : [`  new = activation(x W${b} + (reset * h) U): the reset gate acts on the state`,
      ...(bias === null ? [] : ['  the bias has one row: b, added to x W; there is no recurrent bias'])];
}
