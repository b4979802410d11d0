import type { Context } from '../../../graph/context.js';
import type { RecurrentCell } from '../../../graph/layer.js';
import { multiply } from '../../../graph/operations/arithmetic.js';
import { dropoutFactors } from '../../../graph/operations/dropout.js';
import type { MaskedOutput } from '../../../graph/operations/masked-steps.js';
import { recur } from '../../../graph/operations/recurrence.js';
import { expandDims } from '../../../graph/operations/shaping.js';
import type { Tensor } from '../../../graph/tensor.js';
import { stateCount } from './recurrent-cell.js';

/** How cells are run over a sequence. */
export interface CellsCall {
  /** The first reads the inputs, the next its outputs, and so on. */
  readonly cells: readonly RecurrentCell[];
  /** One by one in the order of the cells; zeros where empty. */
  readonly initial: readonly Tensor[];
  /** (samples, timesteps) */
  readonly mask: Tensor | null;
  readonly maskedOutput: MaskedOutput;
  readonly returnSequences: boolean;
}

/**
 * Runs cells over a sequence: (samples, timesteps, features), or (samples, features) for a single step.
 *
 * @returns what the last of them gives, (samples, timesteps, units) in processing order or (samples, units), and the last states of all, one by one
 */
export function runCells(x: Tensor, { cells, initial, mask, maskedOutput, returnSequences }: CellsCall, context: Context): { readonly output: Tensor; readonly states: Tensor[] } {
  const { watch, tape } = context;
  const stacked = cells.length > 1;
  const { backwards } = cells[0].recurrence;
  const last: Tensor[] = [];
  let output = x;
  let at = 0;
  cells.forEach((cell, i) => {
    const { recurrence, weights } = cell;
    const top = i === cells.length - 1;
    const count = stateCount(cell);
    // Above the first cell everything is in processing order.
    const turned = i > 0 && backwards;
    const result = recur(dropped(output, cell, context), {
      recurrence, weights: weights.map(context.weight), initial: initial.slice(at, at + count), tape,
      mask, maskReversed: turned, maskedOutput: top ? maskedOutput : 'state', returnSequences: returnSequences || (!top && x.rank === 3),
      recurrentDropout: drops(context, cell.recurrentDropout) ? factors(cell, x, recurrence.units, cell.recurrentDropout, context) : null,
      watch: stacked && watch ? watch.within({ name: String(i), reversed: turned }) : watch,
    });
    output = result.output;
    last.push(...result.states);
    at += count;
  });
  return { output, states: last };
}

const drops = ({ training }: Context, rate: number): boolean => training && rate > 0 && rate < 1;

/** What a cell reads in training: a share of the features dropped, the same at all steps and for all gates. */
function dropped(x: Tensor, cell: RecurrentCell, context: Context): Tensor {
  const { dropout } = cell;
  if (!drops(context, dropout)) return x;
  const left = factors(cell, x, x.shape.at(-1)!, dropout, context);
  return multiply(x, x.rank === 3 ? expandDims(left, 1) : left);
}

function factors({ dropoutFactors: own }: RecurrentCell, x: Tensor, width: number, rate: number, { random }: Context): Tensor {
  const shape = [x.shape[0], width];
  return own && !x.isAbstract ? own(shape, rate) : dropoutFactors(x, shape, rate, random);
}
