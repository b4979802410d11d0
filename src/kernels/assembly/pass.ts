// What a kernel is told about one pass over a sequence. `src/kernels/pass.ts` writes the fields, in this order.
//
// Eight samples are the lanes of two vectors. A row is one number of each of eight samples: 32 bytes. A block is the rows
// of eight samples at one step: a state is `units` rows, the gates `gates` x `units`. Arrays are [step][block][row][8],
// steps in processing order. Where the samples are no multiple of eight, the last block repeats the last sample: its
// values are then as tame as those of real samples, and its adjoints are 0.

export const LSTM: usize = 0;
export const GRU: usize = 1;
/** The last kind; without a name in the code: it is what is left. */
export const SIMPLE_RNN: usize = 2;

@unmanaged
export class Pass {
  kind: usize;
  /** GRU only: the reset gate acts on the recurrent product. */
  resetAfter: usize;
  activation: usize;
  recurrentActivation: usize;
  /** Whether time is read from its end. */
  backwards: usize;
  samples: usize;
  steps: usize;
  features: usize;
  units: usize;
  /** Rows of a step's gates: LSTM input, forget, cell, output; GRU new, update, reset, q; SimpleRNN state. */
  rows: usize;
  /** Steps that are worked on at a go, so that what they need stays in the second-level cache. */
  chunk: usize;
  /** Whether gates and states of all steps are kept; if not, there is room for a chunk. */
  keep: usize;

  /** (samples, steps, features) in input order. */
  x: usize;
  /** (steps, samples), 0 where a step is skipped, in input order, 4 bytes each; 0: none. */
  mask: usize;
  /** (samples, units); 0: zeros. */
  initialHidden: usize;
  initialCell: usize;
  /** x W, in panels: all gates, their rows as in `rows`. */
  kernel: usize;
  /** U, in panels: of all gates, but of a GRU without resetAfter only update and reset. */
  recurrent: usize;
  /** U of a GRU's new gate, without resetAfter. */
  recurrentNew: usize;
  /** What the pre-activations begin with: a number for each row. */
  bias: usize;

  /** [step][block][rows][8]: pre-activations, then gates, then their adjoints. */
  gates: usize;
  /** [steps + 1][block][units][8]; slot 0 is the initial state. */
  hidden: usize;
  cell: usize;
  /** (samples, steps, units) in processing order; 0: not wanted. */
  sequence: usize;
  /** A chunk of features or units in lanes, whichever are more. */
  lanes: usize;
  /** [step][block][8]: all bits set where the step is skipped; 0: none. */
  skipped: usize;

  /** dL/d(sequence), (samples, steps, units) in processing order; 0: none. */
  dSequence: usize;
  /** dL/d(last states), (samples, units); 0: none. */
  dLastHidden: usize;
  dLastCell: usize;
  /** U^T, in panels, as `recurrent` and `recurrentNew`. */
  recurrentBack: usize;
  recurrentNewBack: usize;
  /** W^T, in panels. */
  kernelBack: usize;
  /** Running adjoints of the states, [block][units][8]; at the end those of the initial states. */
  dHidden: usize;
  dCell: usize;
  /** [block][units][8]: GRU without resetAfter. */
  dProduct: usize;
  /** [units][8]: a block's activated cell states. LSTM. */
  activated: usize;
  /** Total adjoints of the states, [steps][block][units][8]; 0: not wanted. */
  totalHidden: usize;
  totalCell: usize;
  /** (steps, 3): how many adjoints of hidden states, cell states and gates were flushed to 0. */
  flushed: usize;
  /** (samples, steps, features) in input order. */
  dx: usize;

  /** Steps whose part of the weights' gradients is summed at a go. */
  outer: usize;
  /** So many steps' inputs or states in panels, over (step, sample). */
  factors: usize;
  /** So many steps' gate adjoints, (step, sample) by 8. */
  adjoints: usize;
  /** Sums for the weights, [rows / 8][features or units][8], and the biases, [rows]. */
  dKernel: usize;
  dRecurrent: usize;
  dBias: usize;
  /** Counts the steps done, for a thread that waits. */
  progress: usize;
}

// @ts-ignore: decorator
@inline
export function blocksOf(p: Pass): usize { return (p.samples + 7) >> 3; }
