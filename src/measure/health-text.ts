import { printable } from '../core/printable.js';
import type { LayerHealth, PartHealth } from './health.js';
import type { NotNumbers } from './nans.js';

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** The health of layers to be read: a paragraph each. Names from the file are made printable. */
export function healthText(layers: readonly LayerHealth[], limits: { readonly saturated?: readonly [number, number] } = {}): string {
  const [low, high] = limits.saturated ?? [0.1, 0.9];
  return layers.flatMap(({ name, kind, weights, outputs, parts }, i) => [
    ...(i === 0 ? [] : ['']), `${name}: ${kind}`,
    ...Object.entries(weights).map(([weight, found]) => `  ${weight}: ${notNumbers(found)}`),
    ...(outputs ? [`  outputs: ${notNumbers(outputs)}`] : []),
    ...parts.flatMap((part) => partText(part, low, high)),
  ]).map(printable).join('\n');
}

const notNumbers = ({ text, nan, infinite, size }: NotNumbers): string => `${text} (${(nan + infinite).toLocaleString('en-US')} of ${size.toLocaleString('en-US')})`;

function partText({ part, units, dead, gates, flow }: PartHealth, low: number, high: number): string[] {
  const before = part === '' ? '  ' : `  ${part}: `;
  // More would fill the screen.
  const named = dead.length === 0 ? '' : ` (${dead.slice(0, 10).join(', ')}${dead.length > 10 ? ', ...' : ''})`;
  const shares = Object.entries(gates).map(([gate, { leftShare, rightShare }]) => `${gate} ${percent(leftShare)} and ${percent(rightShare)}`);
  return [
    `${before}dead units: ${dead.length} of ${units}${named}`,
    ...(shares.length === 0 ? [] : Object.values(gates).every(({ leftShare }) => Number.isNaN(leftShare)) ? [`${before}gates: every step is masked`] : [`${before}gates, share of time below ${low} and above ${high}: ${shares.join('; ')}`]),
    ...(flow === null ? [] : [`${before}gradient through time: ${flow.vanishing === null || flow.exploding === null ? 'zero throughout, or of one timestep' : `vanished at ${percent(flow.vanishing)} of timesteps, exploded at ${percent(flow.exploding)}`}`]),
  ];
}
