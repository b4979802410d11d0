import type { Iterations } from './example.js';
import type { Published, PublishedFigure } from './published.js';

const lstm6 = { kinds: ['LSTM'], units: 6, bidirectional: false, layer: 1 } as const;
const always = (iterations: number): Iterations => ({ full: iterations, usual: iterations });

const lines: PublishedFigure = {
  name: 'grads-1d', draws: 'features1D', options: { rows: 2 },
  caption: 'A panel for each unit of layer 1, a line for each of the 16 samples, the first samples dark and the last ones light. Across: the timestep. '
    + 'Up: the gradient of the loss by what the unit returned then. All panels share one axis.',
};
const heatmaps: PublishedFigure = {
  name: 'grads-2d', draws: 'features2D', options: { rows: 4, norm: [-0.01, 0.01] },
  caption: 'The same numbers as heatmaps: a panel for each sample, its units from top to bottom, time from left to right. Red: more output would raise '
    + 'the loss. Blue: it would lower it. White: next to no gradient. The colours end at ±0.01 in examples 2 and 3 alike, so that the two can be compared by eye.',
};

/** Examples 1 to 7, as See RNN's README has them. */
export const asPublished: readonly Published[] = [
  {
    number: 1, name: 'lstm-6-units', title: 'LSTM, 6 units, one sample', ...lstm6, iterations: always(20),
    about: [
      'What layer 1 returned in the last 25 timesteps or so moves the loss; what it returned before seems not to. The flat part of the lines is '
      + 'not zero, though. It falls by a steady factor with every step back, as the table shows, and is soon too small for this axis: layer 2, which alone '
      + 'connects these timesteps to the loss, has a short memory after 20 iterations.',
    ],
    figures: [{
      ...lines, part: { samples: 0 },
      caption: 'A panel for each unit of layer 1. Across: the timestep. Up: the gradient of the loss by what the unit returned then; above zero, more '
        + 'output would raise the loss. All panels share one axis, so that units can be compared.',
    }],
  },
  {
    number: 2, name: 'lstm-6-units-all-samples', title: 'The same LSTM, all 16 samples', ...lstm6, iterations: always(20),
    about: [
      'The same model at the same moment, with every sample of the batch. Size and sign of the gradient differ from sample to sample and from unit to '
      + 'unit. Where it fades does not: that is the same for all of them.',
    ],
    figures: [lines, heatmaps],
  },
  {
    number: 3, name: 'lstm-6-units-trained', title: 'The same LSTM, trained for longer', ...lstm6, iterations: always(200),
    about: [
      'The same model after 180 more iterations, on the very batch of example 2. The gradient now reaches much further back: in most samples about half of '
      + "the sequence, in a few three quarters of it. The table's first column has grown by several powers of ten.",
      'There was nothing in this noise to remember. Learning a few batches by heart was enough to make layer 2 hold on to its state for longer, '
      + 'and how long now depends on the sample.',
    ],
    figures: [lines, heatmaps],
  },
  {
    number: 4, name: 'lstm-256-units', title: 'LSTM, 256 units', kinds: ['LSTM'], units: 256, bidirectional: false, layer: 1, iterations: { full: 200, usual: 40 },
    about: [
      'With 256 units the loss is a mean over 16 × 256 targets, not 16 × 6: every output counts for less, and the gradient is that much smaller. '
      + 'Towards the start it fades, but far more slowly than in example 1.',
      'A network of this width learns a batch nearly by heart in 40 iterations, as the loss above says. The gradient is not small for that: it is taken on a '
      + 'batch that the network has not seen, and of which it knows nothing.',
    ],
    figures: [
      {
        name: 'grads-1d', draws: 'features1D', part: { samples: 0 }, options: {},
        caption: 'A panel for each of the 256 units, sample 0 only. Axes as in example 1, the same for all panels.',
      },
      {
        name: 'grads-2d', draws: 'features2D', part: { units: 0 }, options: { norm: [-1e-4, 1e-4] },
        caption: "One unit, number 0, in all 16 samples: a row for each, time from left to right. Values beyond ±1e-4 have the end's colour; the line under the "
          + 'title says how many there are.',
      },
    ],
  },
  {
    number: 5, name: 'bidirectional-gru-256-units', title: 'Bidirectional GRU, 256 units each way', kinds: ['GRU'], units: 256, bidirectional: true, layer: 1,
    iterations: { full: 400, usual: 40 },
    about: [
      'A Bidirectional layer returns two layers side by side: units 0 to 255 ran forwards in time, 256 to 511 backwards. The gradient is strong at both '
      + 'ends of both halves. That is how it must be: layer 2 runs both ways as well. Its forward half ends at the last timestep, its backward half at the first, '
      + 'and each reads all 512 units.',
      {
        usual: 'In the middle next to nothing is left: many powers of ten less than at the ends, as the table shows. After all 400 iterations (--full) the gradient '
          + 'reaches across the middle, at a few hundredths of its strength.',
        full: 'In the middle a few hundredths of that are left. After 40 iterations, which is what runs without --full, it was many powers of ten less.',
      },
    ],
    figures: [{
      name: 'grads-2d', draws: 'features2D', part: { samples: 0 }, options: { norm: [-1e-4, 1e-4], reflectHalf: true },
      caption: 'Sample 0, a row for each of the 512 units. Below the line time is reversed (the option reflectHalf), so that each half begins with the '
        + 'timestep that its layer read first; the timesteps below hold for the upper half.',
    }],
  },
  {
    number: 6, name: 'lstm-6-units-layer-2', title: 'LSTM, 6 units, the second layer', ...lstm6, layer: 2, iterations: always(200),
    about: [
      'Layer 2 returns its last timestep only, so the gradient by its output has no time: one number for each sample and unit. It is also the one gradient here that '
      + 'can be checked by hand. The output goes straight into the loss, a mean of squares over 16 × 6 numbers; so each dot is (output - target) / 48, and says how wrong that '
      + 'output is. No recurrence is in it, and nothing about memory.',
    ],
    figures: [{
      name: 'grads-0d', draws: 'features0D', options: {},
      caption: "A dot for each sample, in a group for each unit. Above zero: the output is larger than its target. The samples' colours are those of example 3.",
    }],
  },
  {
    number: 7, name: 'lstm-gru-simplernn-256-units', title: 'LSTM, GRU and SimpleRNN beside each other', kinds: ['LSTM', 'GRU', 'SimpleRNN'], units: 256, bidirectional: false, layer: 1,
    iterations: { full: 250, usual: 40 },
    about: [
      {
        usual: 'Three kinds of layer with the same input and the same targets. The LSTM carries the gradient back over dozens of timesteps; GRU and SimpleRNN lose it within ten to '
          + 'twenty. Over the whole sequence that is a difference of many powers of ten, as the table shows.',
        full: 'Three kinds of layer with the same input and the same targets. LSTM and GRU carry the gradient back about equally far, over some twenty timesteps; SimpleRNN loses it '
          + 'soonest. Over the whole sequence that is a difference of many powers of ten, as the table shows.',
      },
      "A good part of this is how each begins. An LSTM's forget gate starts near 0.73, since its bias starts at 1, so that its state fades slowly. A GRU's update gate starts near "
      + '0.5, which halves the old state with every step. A SimpleRNN has no gate: every step goes through the whole matrix and through tanh, which flattens what is large.',
      {
        usual: 'It does not stay like this. After all 250 iterations (--full) the GRU reaches about as far back as the LSTM, which by then reaches less far than here: what a network has learnt '
          + 'counts for as much as its kind.',
        full: 'It was not like this from the start. After 40 iterations (without --full) the LSTM reached back several times as far as here, and the GRU no further than the SimpleRNN: what a network '
          + 'has learnt counts for as much as its kind.',
      },
    ],
    figures: [{
      name: 'grads-2d', draws: 'features2D', options: { rows: 8, norm: [-1e-4, 1e-4], ticks: 'none', title: 'none', widthScale: 0.5 },
      caption: 'For each kind 16 heatmaps, one for each sample: 256 units from top to bottom, 100 timesteps from left to right. One colour scale holds for all.',
    }],
  },
];
