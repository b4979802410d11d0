import { activationLayers } from './activation-layers.js';
import { bidirectionalLayers } from './bidirectional.js';
import { denseLayers } from './dense.js';
import { inputLayers } from './input-layer.js';
import type { LayerTable, MakeLayer } from './keras-layer.js';
import { recurrentLayers } from './recurrent.js';
import { recurrentCells } from './recurrent-cells.js';
import { timeDistributedLayers } from './time-distributed.js';

/** The families of layers. To add one: write its file, which exports a table, and name it here. */
const FAMILIES: readonly LayerTable[] = [
  inputLayers,
  denseLayers,
  activationLayers,
  recurrentLayers,
  recurrentCells,
  bidirectionalLayers,
  timeDistributedLayers,
];

/** What makes a layer, by its class as Keras calls it today. */
export const LAYERS: ReadonlyMap<string, MakeLayer> = new Map(FAMILIES.flatMap((table) => Object.entries(table)));
