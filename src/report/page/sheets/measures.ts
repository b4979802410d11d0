import type { Numbers } from '../../../core/array.js';
import type { Analysis, ForwardHorizon, Measured, RecurrenceAnalysis } from '../../../measure/analysis.js';
import { isMeasured } from '../../../measure/analysis.js';
import type { Line } from '../../figures/lines.js';
import { fileName, type Sheet } from '../sheet.js';
import { colorOf } from './common.js';
import { curveSheet } from './curves.js';

const main = { width: 1.7, opacity: 1 } as const;
const thin = { width: 0.8, opacity: 0.45 } as const;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Whether there is anything to draw; and on a logarithmic axis. */
const someFinite = (values: Numbers): boolean => values.some((value: number) => Number.isFinite(value));
const somePositive = (values: Numbers): boolean => values.some((value: number) => Number.isFinite(value) && value > 0);

/** On which samples something was looked at, where not on all. */
const firstOf = (samples: number, all: number): string => (samples < all ? `of the first ${samples === 1 ? 'sample' : `${samples} samples`} of ${all}` : '');

/** What each timestep adds to the gradient by the weights. */
export function learningSheet(title: string, { learning, timesteps }: RecurrenceAnalysis, { samples: all }: Analysis): Sheet | null {
  if (!isMeasured(learning)) return null;
  const shares = (chosen: ReadonlyMap<string, string>): boolean => chosen.get('what') !== 'norms';
  // A recurrent kernel has no share where there is but one step.
  const shown = (chosen: ReadonlyMap<string, string>): [string, Float64Array][] => Object.entries(shares(chosen) ? learning.shares : learning.norms).filter(([, values]) => someFinite(values));
  return curveSheet({
    file: fileName(title, 'per-step-learning'), heading: 'What each timestep adds to learning', title: `${title}: each timestep’s part of the gradient by the weights`,
    about: 'The gradient by a weight is a sum over the timesteps at which it is used. Share: how much of the sum a step’s term makes, along its direction; the shares sum to 1, and a step with a negative one works against the others. Norm: how large the term is.',
    choices: [{ name: 'what', label: 'Show', options: () => [{ value: 'shares', text: 'share of the gradient' }, { value: 'norms', text: 'L2 norm of the term' }] }],
    curves: ({ chosen }) => {
      const terms = shown(chosen);
      return {
        panels: [{ label: '', shortLabel: '', lines: terms.map(([label, values]): Line => ({ label, values, color: colorOf(label), width: 1.4, opacity: 1 })) }],
        subtitle: firstOf(learning.samples, all), description: `${shares(chosen) ? 'Share' : 'Norm'} of each timestep’s term of the gradient by ${terms.map(([label]) => label).join(', ')}.`,
        xName: 'timestep', yName: shares(chosen) ? 'share of the gradient' : 'L2 norm of the term', length: timesteps, log: !shares(chosen), ...(shares(chosen) ? { holds: [0] } : {}),
        legend: terms.map(([label]) => ({ label, color: colorOf(label) })),
      };
    },
  });
}

/** How wrong the gradient by the weights gets where backpropagation is cut short. */
export function truncationSheet(title: string, { learning }: RecurrenceAnalysis, { settings, samples: all }: Analysis): Sheet | null {
  if (!isMeasured(learning) || learning.truncations.length < 2) return null;
  const { truncations, biases, truncation } = learning;
  return curveSheet({
    file: fileName(title, 'truncation'), heading: 'How short backpropagation could be cut', title: `${title}: error of the weights’ gradient by the length of truncation`,
    about: `The error that truncated backpropagation through time would make, relative to the whole gradient. Dashed: ${(100 * settings.bias).toPrecision(2)}%. ${truncation < truncations.at(-1)! ? `From ${truncation} steps on it stays within that.` : 'No shorter truncation stays within that.'}`,
    curves: () => ({
      panels: [{ label: '', shortLabel: '', lines: [{ label: 'relative error', values: biases, color: colorOf('hidden'), ...main }], rules: [{ at: settings.bias, dash: [4, 3] }] }],
      subtitle: firstOf(learning.samples, all), description: `Relative error of the gradient by all weights against the length of truncation, logarithmic; within ${settings.bias} ${truncation < truncations.at(-1)! ? `from ${truncation} steps on` : 'at the whole length alone'}.`,
      xName: 'length of truncation', yName: 'relative error', length: truncations.length, xs: truncations, log: true, holds: [settings.bias], legend: [],
    }),
  });
}

/** Singular values of products of Jacobians, by how many steps they span. */
export function jacobianSheet(title: string, { jacobians }: RecurrenceAnalysis): Sheet | null {
  if (!isMeasured(jacobians) || !somePositive(jacobians.largest)) return null;
  const { largest, rms, samples } = jacobians;
  return curveSheet({
    file: fileName(title, 'jacobians'), heading: 'What many steps do to a change of the state', title: `${title}: singular values of products of Jacobians`,
    about: `By how much a small change of the state is stretched or shrunk after so many steps along real inputs (${samples} sample${samples === 1 ? '' : 's'}, geometric mean): the direction that is stretched most, and the root mean square of all. Dashed: 1, neither.`,
    curves: () => ({
      panels: [{ label: '', shortLabel: '', lines: [{ label: 'largest', values: largest, color: colorOf('outputs'), ...main }, { label: 'root mean square', values: rms, color: colorOf('hidden'), ...main }], rules: [{ at: 1, dash: [4, 3] }] }],
      subtitle: '', description: `Largest and root mean square singular value of products of 1 to ${largest.length} Jacobians, logarithmic: ${largest[0]!.toPrecision(3)} and ${rms[0]!.toPrecision(3)} after 1 step, ${largest.at(-1)!.toPrecision(3)} and ${rms.at(-1)!.toPrecision(3)} after ${largest.length}.`,
      xName: 'steps', yName: 'singular value', length: largest.length, xs: upTo(largest.length).map((i) => i + 1), log: true, holds: [1],
      legend: [{ label: 'largest', color: colorOf('outputs') }, { label: 'root mean square', color: colorOf('hidden') }],
    }),
  });
}

/** Singular values of single steps' Jacobians. */
export function singularSheet(title: string, { jacobians }: RecurrenceAnalysis): Sheet | null {
  if (!isMeasured(jacobians) || jacobians.at.length === 0 || !somePositive(jacobians.hidden.data)) return null;
  const { hidden, at } = jacobians;
  const units = hidden.shape[1]!;
  return curveSheet({
    file: fileName(title, 'singular-values'), heading: 'What one step does to a change of the hidden state', title: `${title}: singular values of the Jacobian of one step`,
    about: 'All singular values of dh(t)/dh(t-1), from the largest down, by rank, a line for each sample and timestep at which they were taken. Dashed: 1, neither stretched nor shrunk.',
    curves: () => ({
      panels: [{ label: '', shortLabel: '', lines: at.map(({ sample, timestep }, i): Line => ({ label: `sample ${sample}, timestep ${timestep}`, values: hidden.data.subarray(i * units, (i + 1) * units), color: colorOf('hidden'), width: 1, opacity: 0.6 })), rules: [{ at: 1, dash: [4, 3] }] }],
      subtitle: '', description: `Singular values of the Jacobian of one step, logarithmic, at ${at.length} places.`,
      xName: 'rank', yName: 'singular value', length: units, log: true, holds: [1], legend: [],
    }),
  });
}

/** The Lyapunov spectrum. */
export function lyapunovSheet(title: string, { lyapunov }: RecurrenceAnalysis): Sheet | null {
  if (!isMeasured(lyapunov) || !someFinite(lyapunov.exponents)) return null;
  const { exponents, error, samples, steps } = lyapunov;
  return curveSheet({
    file: fileName(title, 'lyapunov'), heading: 'Lyapunov spectrum', title: `${title}: Lyapunov exponents`,
    about: `By how much directions of the state grow (above 0) or shrink (below), in nats a step, from the fastest growing down, along real inputs: ${samples} sample${samples === 1 ? '' : 's'} of ${steps} step${steps === 1 ? '' : 's'}${samples > 1 ? '; thin lines: one standard error over samples' : ''}.`,
    curves: () => ({
      panels: [{
        label: '', shortLabel: '',
        lines: [
          ...(samples > 1 ? [
            { label: 'less one standard error', values: exponents.map((one, i) => one - error[i]!), color: colorOf('hidden'), ...thin },
            { label: 'plus one standard error', values: exponents.map((one, i) => one + error[i]!), color: colorOf('hidden'), ...thin },
          ] : []),
          { label: 'exponent', values: exponents, color: colorOf('hidden'), ...main },
        ],
      }],
      subtitle: '', description: `${exponents.length} Lyapunov exponents, from ${exponents[0]!.toPrecision(3)} to ${exponents.at(-1)!.toPrecision(3)} nats per step.`,
      xName: 'rank', yName: 'nats per step', length: exponents.length, log: false, holds: [0], legend: [],
    }),
  });
}

/** How many steps back each unit's gradient reaches. */
export function unitHorizonSheet(title: string, { carried, units }: RecurrenceAnalysis, { settings }: Analysis): Sheet | null {
  if (!isMeasured(carried) || carried.every(({ unitHorizons }) => unitHorizons.length === 0)) return null;
  return curveSheet({
    file: fileName(title, 'unit-horizons'), heading: 'Backward horizon of each unit', title: `${title}: backward horizon by unit`,
    about: `How many steps back a unit’s gradient stays at ${(100 * settings.share).toPrecision(2)}% of its peak or more. Where it does to the first step, the true horizon is at least what is shown.`,
    curves: () => ({
      panels: [{
        label: '', shortLabel: '',
        lines: carried.map(({ of, unitHorizons }): Line => ({ label: of, values: Float64Array.from(unitHorizons, ({ steps }) => steps), color: colorOf(of), width: 1, opacity: 0.85, dots: true })),
      }],
      subtitle: '', description: `Backward horizon of ${units} units.`,
      xName: 'unit', yName: 'steps back', length: units, log: false, holds: [0, 1], legend: carried.map(({ of }) => ({ label: `by ${of}`, color: colorOf(of) })),
    }),
  });
}

/** How far back inputs change the model's output, or a recurrence's state. */
export function forwardSheet(title: string, forward: Measured<ForwardHorizon>, { settings }: Pick<Analysis, 'settings'>): Sheet | null {
  if (!isMeasured(forward)) return null;
  const { occluded, change, loss, timesteps, end, of } = forward;
  const what = of === 'output' ? 'the last output' : 'the state that it comes to';
  const withLoss = of === 'output';
  return curveSheet({
    file: fileName(title, 'forward-horizon'), heading: 'How far back the inputs matter', title: `${title === '' ? '' : `${title}: `}effect of replacing the ${end} timesteps of the input`,
    about: `The ${end} steps of each input were replaced by another sample’s. ${withLoss ? 'First: by' : 'By'} how much ${what} changes, as a share of what replacing all ${timesteps} does; dashed: ${(100 * settings.share).toPrecision(2)}%. ${withLoss ? 'Second: the loss. ' : ''}A small gradient and a short memory are two things: this shows the second.`,
    curves: () => ({
      panels: [
        { label: withLoss ? 'change of the output' : '', shortLabel: withLoss ? 'output' : '', lines: [{ label: 'change', values: change, color: colorOf('hidden'), ...main }], rules: [{ at: settings.share, dash: [4, 3] }] },
        ...(withLoss ? [{ label: 'loss', shortLabel: 'loss', lines: [{ label: '', values: loss, color: colorOf('outputs'), ...main }] }] : []),
      ],
      subtitle: '', description: `Change of ${what}${withLoss ? ' and loss' : ''} against how many of the ${end} timesteps were replaced, 0 to ${timesteps}.`,
      xName: `${end} timesteps replaced`, yName: withLoss ? 'change (share of all), loss' : 'share of the change', length: occluded.length, xs: occluded, log: false, legend: [], ownScales: true, holds: [0], least: 300,
    }),
  });
}
