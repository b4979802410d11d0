/** The einsum equations of Keras's MultiHeadAttention, for arrays of any rank. */

/** a, b, c, ... */
const letter = (i: number): string => String.fromCharCode(97 + i);
const letters = (from: number, count: number): string => Array.from({ length: count }, (_, i) => letter(from + i)).join('');

export interface Projection { readonly equation: string; readonly biasAxes: string }

/** (..., bound axes) x (bound axes, new axes) -> (..., new axes). @param free how many axes stay, in front */
export function projection(free: number, bound: number, made: number): Projection {
  const [kept, summed, given] = [letters(0, free), letters(free, bound), letters(free + bound, made)];
  return { equation: `${kept}${summed},${summed}${given}->${kept}${given}`, biasAxes: given };
}

export interface Attending {
  /** Keys and queries, (samples, ..., heads, width) each, to scores: (samples, ..., heads, query axes, key axes). */
  readonly score: string;
  /** Scores and values to outputs of the queries' form. */
  readonly combine: string;
  /** The scores' rank. */
  readonly rank: number;
}

/**
 * What is multiplied with what where some axes attend to themselves and the others are apart.
 *
 * @param rank of queries, keys and values with their heads
 * @param axes which attend
 */
export function attending(rank: number, axes: readonly number[]): Attending {
  const target = [...letters(0, rank)];
  const apart = target.map((_, i) => i).filter((i) => i !== rank - 1 && !axes.includes(i));
  let next = rank;
  const source = target.map((own, i) => (i === rank - 1 || apart.includes(i) ? own : letter(next++)));
  const product = [...apart.map((i) => target[i]), ...axes.map((i) => target[i]), ...axes.map((i) => source[i])].join('');
  return { score: `${source.join('')},${target.join('')}->${product}`, combine: `${product},${source.join('')}->${target.join('')}`, rank: product.length };
}
