import type { Analysis, Carried, Flow, Measured, RecurrenceAnalysis } from '../../../measure/analysis.js';
import { isMeasured } from '../../../measure/analysis.js';
import type { Line } from '../../figures/lines.js';
import type { PartContent } from '../../content.js';
import type { ShownFlow } from '../../other-norms.js';
import { fileName, type Sheet } from '../sheet.js';
import type { NormName } from '../state.js';
import { colorOf } from './common.js';
import { curveSheet } from './curves.js';

type Named = readonly [name: string, flow: ShownFlow];

/** What the axis says. */
const NORMS: Readonly<Record<NormName, string>> = { L2: 'L2 norm of the gradient', L1: 'L1 norm of the gradient', maximum: 'maximum norm of the gradient' };

/** The norms of the gradients by outputs, hidden and cell state against time. Null where none was measured. */
export function flowSheet(title: string, recurrence: RecurrenceAnalysis, { flows: others }: Pick<PartContent, 'flows'>): Sheet | null {
  const all: readonly (readonly [string, Measured<Flow> | null])[] = [['outputs', recurrence.outputs], ['hidden', recurrence.hidden], ['cell', recurrence.cell]];
  const names = all.flatMap(([name, flow]) => (flow && isMeasured(flow) ? [name] : []));
  if (names.length === 0) return null;
  const by = (norm: NormName): Named[] => (norm === 'L2' ? all.flatMap(([name, flow]): Named[] => (flow && isMeasured(flow) ? [[name, flow]] : [])) : names.flatMap((name): Named[] => (others[norm][name] ? [[name, others[norm][name]]] : [])));
  const measured = by('L2')[0]![1].bySample.shape[0]!;
  return curveSheet({
    file: fileName(title, 'flow'), heading: 'How much gradient is where', title: `${title}: how much gradient there is at each timestep`,
    about: `${names.includes('outputs') ? 'By outputs: only what the layers above make of each step, without the layer’s own recurrence; where it is small nothing need have vanished. ' : ''}By hidden: the whole gradient through time, by this step and every later one. `
      + 'Where the loss comes in at many steps, new gradient hides how the old decays: see how far it is carried. Values of 0 can’t be shown on this axis; there the line has a gap. The norm is over units, and over samples where these are together; it is chosen at the top of the page.',
    follows: ['samples', 'norm'],
    choices: [{
      name: 'lines', label: 'Lines', options: () => [
        { value: 'together', text: 'all samples together' }, { value: 'samples', text: 'and each picked sample' }, { value: 'spread', text: 'middle sample, 10th to 90th in 100' },
      ],
    }],
    curves: ({ chosen, store }) => {
      const { norm: normName } = store.state;
      const flows = by(normName);
      const count = flows[0]![1].bySample.shape[0]!;
      const shown = chosen.get('lines');
      const thin = { width: 0.8, opacity: 0.45 };
      const of = ([name, flow]: Named): Line[] => {
        const color = colorOf(name);
        const main = { color, width: 1.7, opacity: 1 };
        if (shown === 'spread') {
          return [
            { label: `${name}, middle sample`, values: flow.median, ...main },
            { label: `${name}, 10th in 100 samples`, values: flow.low, color, ...thin }, { label: `${name}, 90th in 100 samples`, values: flow.high, color, ...thin },
          ];
        }
        const { data, shape } = flow.bySample;
        const timesteps = shape[1]!;
        const each = shown === 'samples' ? store.state.samples.filter((sample) => sample < count) : [];
        return [
          ...each.map((sample): Line => ({ label: `${name}, sample ${sample}`, values: data.subarray(sample * timesteps, (sample + 1) * timesteps), color, ...thin })),
          { label: name, values: flow.norm, ...main },
        ];
      };
      return {
        panels: [{ label: '', shortLabel: '', lines: flows.flatMap(of) }], subtitle: count < measured ? `of the first ${count} samples` : '',
        description: `${NORMS[normName].replace(/^./, (first) => first.toUpperCase())} by ${flows.map(([name]) => name).join(', ')} against timestep, logarithmic. ${flows.map(([name, { norm }]) => `${name}: ${norm[0]!.toPrecision(4)} at timestep 0, ${norm.at(-1)!.toPrecision(4)} at the last.`).join(' ')}`,
        xName: 'timestep', yName: NORMS[normName], length: recurrence.timesteps, log: true, legend: flows.map(([label]) => ({ label: `by ${label}`, color: colorOf(label) })),
      };
    },
  });
}

/** What of the gradient at one step gets how far back. */
export function carriedSheet(title: string, { carried }: RecurrenceAnalysis, { settings }: Analysis): Sheet | null {
  if (!isMeasured(carried) || carried.length === 0) return null;
  const length = Math.max(...carried.map(({ norm }) => norm.length));
  return curveSheet({
    file: fileName(title, 'carried'), heading: 'How far back it is carried', title: `${title}: gradient carried back from the last step with loss`,
    about: `The gradient that comes in at one step alone, against how many steps back it has got, as a multiple of what came in: median over samples, thin lines the 10th and 90th in 100. Dotted: the exponential that was fitted. Dashed, across: ${(100 * settings.share).toPrecision(2)}% of the peak, below which the backward horizon ends.`,
    curves: () => ({
      panels: [{
        label: '', shortLabel: '', rules: [{ at: settings.share * Math.max(...carried[0]!.norm.filter(Number.isFinite)), dash: [4, 3] }],
        lines: carried.flatMap((one): Line[] => {
          const color = colorOf(one.of);
          return [
            { label: `${one.of}, 10th in 100 samples`, values: one.low, color, width: 0.8, opacity: 0.45 },
            { label: `${one.of}, 90th in 100 samples`, values: one.high, color, width: 0.8, opacity: 0.45 },
            ...fitted(one),
            { label: one.of, values: one.norm, color, width: 1.7, opacity: 1 },
          ];
        }),
      }],
      subtitle: '', description: carried.map(carriedText).join(' '),
      xName: 'steps back', yName: 'share of what came in, L2 norms', length, log: true, holds: [settings.share], legend: carried.map(({ of }) => ({ label: `by ${of}`, color: colorOf(of) })),
    }),
  });
}

const carriedText = ({ of, horizon, decay }: Carried): string =>
  `By ${of}: backward horizon ${horizon.open ? 'at least ' : ''}${horizon.steps} steps${isMeasured(decay) ? `, a factor of ${decay.factor.toPrecision(3)} for each step` : ''}.`;

/** The exponential as dots, through the middle of the points that it was fitted to. */
function fitted({ of, norm, decay }: Carried): Line[] {
  if (!isMeasured(decay)) return [];
  const { factor, from, to } = decay;
  const logs = Array.from({ length: to - from + 1 }, (_, i) => Math.log(norm[from + i]!) - (from + i) * Math.log(factor)).filter(Number.isFinite);
  const start = logs.reduce((sum, one) => sum + one, 0) / logs.length;
  const values = Float64Array.from(norm, (_, lag) => (lag < from || lag > to ? NaN : Math.exp(start + lag * Math.log(factor))));
  return [{ label: `${of}, fitted exponential`, values, color: colorOf(of), width: 1, opacity: 0.8, dots: true }];
}
