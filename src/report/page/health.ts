import type { LayerHealth } from '../../measure/health.js';
import type { PartContent } from '../content.js';
import { element, table } from './dom.js';

const percent = (share: number): string => `${share === 0 || share >= 0.995 ? Math.round(100 * share) : (100 * share).toPrecision(2)}%`;

/** What is wrong with a layer, or that nothing is. */
export function healthTable({ weights, outputs, parts: measured }: LayerHealth, parts: readonly PartContent[]): HTMLElement {
  const rows: [string, string][] = [
    ['NaN and infinities in weights', Object.entries(weights).map(([name, { text }]) => `${name} ${text}`).join('; ') || 'none'],
    ['NaN and infinities in outputs', outputs?.text ?? 'none'],
    ...measured.flatMap(({ part, units, dead, gates, flow }): [string, string][] => {
      const of = part === '' ? '' : `${part}: `;
      const zeros = parts.find((one) => one.part === part)?.zeros ?? null;
      const counts = zeros === null ? [] : Object.entries(zeros).map(([why, { data }]) => [why, Array.from(data).reduce((sum, count) => sum + count, 0)] as const).filter(([, count]) => count > 0);
      return [
        [`${of}dead units`, dead.length === 0 ? `none of ${units}` : `${dead.length} of ${units}: ${dead.slice(0, 20).join(', ')}${dead.length > 20 ? ', …' : ''}`],
        ...Object.entries(gates).map(([gate, { leftShare, rightShare }]): [string, string] => [`${of}${gate} gate saturated`, `shut ${percent(leftShare)}, open ${percent(rightShare)} of the time`]),
        ...(flow === null || flow.vanishing === null ? [] : [[`${of}gradient against the last step’s`, `vanished at ${percent(flow.vanishing)}, exploded at ${percent(flow.exploding ?? 0)} of steps`] satisfies [string, string]]),
        ...(zeros === null ? [] : [[`${of}zeros in the gradient by hidden`, counts.length === 0 ? 'none' : counts.map(([why, count]) => `${count.toLocaleString('en')} ${why}`).join(', ')] satisfies [string, string]]),
      ];
    }),
  ];
  return element('div', {}, table('Health', ['', 'found'], rows));
}
