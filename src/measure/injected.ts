import type { NamedArray } from '../core/array.js';
import type { Call } from '../graph/graph.js';
import { recurrentParts } from '../model/recurrent-parts.js';
import type { LayerRun } from '../trace/layer-run.js';
import { isMeasured, type Measured } from './analysis.js';
import type { Replay } from './replay.js';

/**
 * What of the loss's gradient comes into a recurrence at each step from outside it, through what the layer returns: (samples, timesteps,
 * units) in input order. With a run that has `outputs` and `hidden` recorded.
 *
 * @param replay of the run's recurrence, or of its first samples
 * @returns why not, where that can't be told from what was recorded
 */
export function injectedInto({ layer }: Call, run: LayerRun, part: string, replay: Replay): Measured<NamedArray> {
  const { hiddenGradient: { data, shape, axes }, recurrence: { backwards } } = replay;
  const [samples, timesteps, units] = shape as [number, number, number];
  const parts = recurrentParts(layer);
  const { read, cell } = parts.find((one) => one.part === part)!;
  const injected = new Float32Array(samples * timesteps * units);
  if (read.cells.at(-1) !== cell) return { why: 'it hands what it returns to the cell above, and that was not recorded' };
  if (read.returnSequences) {
    const returned = columnsOf(layer, run, part, units);
    if (!isMeasured(returned)) return returned;
    const { values, width, first, factor } = returned;
    // A layer by itself that reads from the end returns its sequence in the order in which it reads; in a Bidirectional one it is turned round.
    const turned = backwards && !part.includes('backward');
    for (let row = 0; row < samples * timesteps; row++) {
      const t = row % timesteps;
      const returnedAt = turned ? row - t + timesteps - 1 - t : row;
      for (let unit = 0; unit < units; unit++) injected[row * units + unit] = factor * values[returnedAt * width + first + unit]!;
    }
  }
  // At the step that is processed last nothing comes from later ones: what there is in all came in there.
  const last = backwards ? 0 : timesteps - 1;
  for (let sample = 0; sample < samples; sample++) {
    const at = (sample * timesteps + last) * units;
    injected.set(data.subarray(at, at + units), at);
  }
  return { data: injected, shape, axes };
}

interface Columns { readonly values: NamedArray['data']; readonly width: number; readonly first: number; readonly factor: number }

/** Where in the gradient by a layer's outputs that by one direction's lies. */
function columnsOf(layer: Call['layer'], run: LayerRun, part: string, units: number): Measured<Columns> {
  const { data: values, shape } = run.gradient('outputs');
  const width = shape.at(-1)!;
  const whole = { values, width, first: 0, factor: 1 };
  const direction = part.split('/')[0]!;
  if (direction !== 'forward' && direction !== 'backward') return width === units && shape.length === 3 ? whole : { why: 'what it returns is wrapped by a layer that is not known here' };
  switch (layer.mergeMode) {
    case 'concat': return { ...whole, first: direction === 'forward' ? 0 : units };
    case 'sum': return whole;
    case 'ave': return { ...whole, factor: 0.5 };
    default: return { why: "how its directions are merged doesn't tell what of the gradient comes into each" };
  }
}
