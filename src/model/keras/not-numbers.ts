import type { Loading } from './context.js';

/**
 * Warns of weights that are NaN or infinite: whatever is computed of them is, too. No refusal, since such a model may be what a person is
 * looking into.
 *
 * @param where the layer, as messages name it
 * @param weight its weight: `kernel`
 */
export function warnOfNotNumbers({ file, warn }: Pick<Loading, 'file' | 'warn'>, numbers: Float32Array, where: string, weight: string): void {
  const first = numbers.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return;
  const count = numbers.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  warn(`${file}: ${where}: ${weight}: ${count} of its ${numbers.length} numbers ${count === 1 ? 'is' : 'are'} NaN or infinite, the first is number ${first}`);
}
