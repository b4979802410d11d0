import type { Floats } from '../../../cells/floats.js';
import type { Loading } from '../loading.js';

/**
 * Warns of weights that are NaN or infinite: whatever is computed of them is, too. No refusal, since such a model may be what a person is
 * looking into.
 *
 * @param where the layer, as messages name it
 * @param weight its weight: `kernel`
 */
export function warnOfNotNumbers({ file, warn }: Pick<Loading, 'file' | 'warn'>, numbers: Floats, where: string, weight: string): void {
  let [first, count] = [-1, 0];
  for (let n = 0; n < numbers.length; n++) {
    if (Number.isFinite(numbers[n])) continue;
    if (count++ === 0) first = n;
  }
  if (count > 0) warn(`${file}: ${where}: ${weight}: ${count} of its ${numbers.length} numbers ${count === 1 ? 'is' : 'are'} NaN or infinite, the first is number ${first}`);
}
