import { SeeRnnError } from '../core/errors.js';
import type { Layer, RecurrentCell, RecurrentLayer } from '../graph/layer.js';

/** One recurrence of a layer: a direction, one of stacked cells, or all there is. */
export interface RecurrentPart {
  /** '' for a layer with one recurrence; `forward` and `backward`, `0`, `1`, ... of stacked cells, `forward/1`. */
  readonly part: string;
  /** What it is part of: the layer itself, or a direction of it. */
  readonly layer: Layer;
  readonly read: RecurrentLayer;
  readonly cell: RecurrentCell;
}

/** The recurrences of a layer, those of its parts too; none of a layer that is not recurrent. Models are not looked into. */
export function recurrentParts(layer: Layer, part = ''): RecurrentPart[] {
  if (layer.graph) return [];
  const within = (name: string): string => [part, name].filter((piece) => piece !== '').join('/');
  const { recurrent: read } = layer;
  if (!read) return layer.parts.flatMap((one) => recurrentParts(one.layer, within(one.name)));
  return read.cells.map((cell, i) => ({ part: within(read.cells.length > 1 ? String(i) : ''), layer, read, cell }));
}

/** Why a layer of a recurrent kind, or a part of one, has no cell here, to be read on after its name; null for any other. */
export function whyNotRecurrent(layer: Layer): string | null {
  if (layer.graph) return null;
  return layer.notRecurrent ?? layer.parts.reduce<string | null>((why, one) => why ?? whyNotRecurrent(one.layer), null);
}

/**
 * The recurrences of a layer that is to have some.
 *
 * @param owner the function that was asked, as messages name it
 * @throws SeeRnnError for a layer without any
 */
export function requireRecurrent(owner: string, layer: Layer): RecurrentPart[] {
  const parts = recurrentParts(layer);
  if (parts.length > 0) return parts;
  const why = whyNotRecurrent(layer) ?? `(${layer.className}) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one`;
  throw new SeeRnnError(`${owner}: layer '${layer.name}' ${why}`);
}
