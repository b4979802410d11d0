import type { LayersModel } from '@tensorflow/tfjs-layers';
import { SeeRnnError } from '../core/errors.js';
import type { RecurrentCell } from '../layers/recurrence.js';
import type { Layer } from './internals.js';
import { isRecurrent, readRecurrent, type RecurrentLayer } from './recurrent.js';
import { namedParts } from './weights.js';

/** One recurrence of a layer: a direction, one of stacked cells, or all there is. */
export interface RecurrentPart {
  /** '' for a layer with one recurrence; `forward` and `backward`, `0`, `1`, ... of stacked cells, `forward/1`. */
  readonly part: string;
  /** What it is part of: the layer itself, or a direction of it. */
  readonly read: RecurrentLayer;
  readonly cell: RecurrentCell;
}

/** The recurrences of a layer, those of its parts too; none of a layer that is not recurrent. Models are not looked into. */
export function recurrentParts(layer: Layer | LayersModel, part = ''): RecurrentPart[] {
  if ('layers' in layer) return [];
  const within = (name: string): string => [part, name].filter((piece) => piece !== '').join('/');
  const read = readRecurrent(layer);
  if (!isRecurrent(read)) return namedParts(layer).flatMap(([name, sublayer]) => recurrentParts(sublayer, within(name)));
  return read.cells.map((cell, i) => ({ part: within(read.cells.length > 1 ? String(i) : ''), read, cell }));
}

/**
 * The recurrences of a layer that is to have some.
 *
 * @param owner the function that was asked, as messages name it
 * @throws SeeRnnError for a layer without any
 */
export function requireRecurrent(owner: string, layer: Layer | LayersModel): RecurrentPart[] {
  const parts = recurrentParts(layer);
  if (parts.length > 0) return parts;
  const read = readRecurrent(layer as Layer);
  const why = read && 'reason' in read ? read.reason : `(${layer.getClassName()}) is not recurrent: expected an LSTM, GRU or SimpleRNN, or a Bidirectional of one`;
  throw new SeeRnnError(`${owner}: layer '${layer.name}' ${why}`);
}
