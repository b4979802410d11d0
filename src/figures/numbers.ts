import { format, precisionFixed } from 'd3-format';

/** The real minus sign, as wide as a plus. */
const minus = '\u2212';

/**
 * A number in as few characters as say it to three digits: `0`, `0.25`, `1e−4`, `12,000`. Below 0.001 and from a
 * million on it is written with an exponent.
 */
export function shortNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value).replace('-', minus).replace('Infinity', 'Inf');
  const size = Math.abs(value);
  if (value === 0) return '0';
  return size < 1e-3 || size >= 1e6 ? withExponent(value, digits) : format(`,.${digits}~r`)(value);
}

const withExponent = (value: number, digits: number): string => format(`.${digits - 1}~e`)(value).replace('e+', 'e').replace('-', minus);

/** A count: `9,600`, and from a million on `1.2M`. */
export const count = (n: number): string => format(n >= 1e6 ? '.3~s' : ',')(n);

/** A share as a percentage of about two digits: `0.35%`, `12%`. */
export const percent = (share: number): string => format('.2~p')(share);

/**
 * The power of ten that all of an axis's numbers have in common, to be written once beside the axis's name: 0 for none,
 * or undefined where the panels' ranges are too far apart for one power to suit them all.
 */
export function commonExponent(domains: readonly (readonly [number, number])[]): number | undefined {
  const sizes = domains.map(([a, b]) => Math.max(Math.abs(a), Math.abs(b))).filter((size) => size > 0);
  if (sizes.length === 0) return 0;
  const most = Math.max(...sizes);
  if (Math.min(...sizes) < most / 100) return undefined;
  // The domain is padded beyond the data, so what counts is the largest number that can be written within it.
  const exponent = Math.floor(Math.log10(most) + 1e-9);
  return exponent <= -3 || exponent >= 4 ? exponent : 0;
}

/** How the numbers of one axis are written: in units of a common power of ten, with the decimals that `step` needs. */
export function tickText(value: number, step: number, exponent: number | undefined): string {
  if (Math.abs(value) < step / 1e6) return '0';
  if (exponent === undefined) return shortNumber(value);
  const unit = 10 ** exponent;
  return format(`,.${precisionFixed(step / unit)}f`)(value / unit);
}

/** The power of ten that an axis's numbers are to be multiplied by, as it follows the axis's name: ` (×1e−4)`. */
export const exponentText = (exponent: number | undefined): string =>
  (exponent === undefined || exponent === 0 ? '' : ` (\u00d71e${String(exponent).replace('-', minus)})`);
