import { SeeRnnError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import { formText, meet } from '../shapes.js';
import type { Tensor } from '../tensor.js';
import { matmul } from './matmul.js';
import { multiply } from './arithmetic.js';
import { sum } from './reductions.js';
import { broadcastTo, diagonal, reshape, transpose } from './shaping.js';

/** An array whose axes have letters; those that stand under an ellipsis have numbers, counted from the last. */
interface Lettered { readonly tensor: Tensor; readonly letters: readonly string[] }

/**
 * Sums of products by Einstein's convention, as numpy's einsum: `einsum('btu,bsu->bts', [q, k])`. Without an arrow the letters that stand
 * once are the result's, in the order of the alphabet.
 *
 * @throws SeeRnnError where the equation can't be read or the shapes don't fit it
 */
export function einsum(equation: string, xs: readonly Tensor[]): Tensor {
  const wrong = (what: string): SeeRnnError => new SeeRnnError(`einsum '${printable(equation)}': ${what}`);
  const [left, right, ...more] = equation.replace(/\s/g, '').split('->');
  const terms = left!.split(',');
  if (more.length > 0 || ![...terms, right ?? ''].every((term) => /^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term))) throw wrong('not an equation of letters');
  if (terms.length !== xs.length) throw wrong(`${terms.length} terms for ${xs.length} arrays`);
  const operands = terms.map((term, i): Lettered => {
    const rank = xs[i]!.rank;
    const hidden = rank - term.replace('...', '').length;
    if (hidden < 0 || (hidden > 0 && !term.includes('...'))) throw wrong(`'${term}' can't name the axes of ${formText(xs[i]!.shape)}`);
    return once({ tensor: xs[i]!, letters: lettersOf(term, hidden) });
  });
  const widest = operands.reduce((most, { letters }) => Math.max(most, letters.filter(isHidden).length), 0);
  const result = right === undefined ? implied(terms, widest) : lettersOf(right, widest);
  if (new Set(result).size < result.length || result.some((letter) => !operands.some(({ letters }) => letters.includes(letter)))) throw wrong('the result names an axis twice, or one that no array has');

  const sizes = new Map<string, number>();
  for (const { tensor, letters } of operands) {
    letters.forEach((letter, axis) => {
      const [size, before] = [tensor.shape[axis]!, sizes.get(letter) ?? 1];
      const both = before === 1 ? size : size === 1 ? before : meet(before, size);
      if (both === null) throw wrong(`axis ${isHidden(letter) ? 'under the ellipsis' : letter} is of sizes ${formText([before, size])}`);
      sizes.set(letter, both);
    });
  }
  const product = operands.slice(1).reduce((before, next, i) => {
    const later = new Set([...result, ...operands.slice(i + 2).flatMap(({ letters }) => letters)]);
    return contracted(before, next, later, sizes);
  }, operands[0]!);
  const { tensor, letters } = summed(product, new Set(result));
  const ordered = transpose(tensor, result.map((letter) => letters.indexOf(letter)));
  const shape = result.map((letter) => sizes.get(letter)!);
  return shape.every((size, axis) => size === ordered.shape[axis]) ? ordered : broadcastTo(ordered, shape);
}

const isHidden = (letter: string): boolean => letter.startsWith('.');

/** A term's letters, `.2 .1 .0` for the axes of an ellipsis over three. */
function lettersOf(term: string, hidden: number): string[] {
  const [before, after] = term.split('...');
  if (after === undefined) return [...before!];
  return [...before!, ...Array.from({ length: hidden }, (_, i) => `.${hidden - 1 - i}`), ...after];
}

/** What a result without an arrow is: an ellipsis's axes, then the letters that stand once, sorted. */
function implied(terms: readonly string[], hidden: number): string[] {
  const letters = [...terms.join('').replaceAll('.', '')];
  return [...lettersOf('...', hidden), ...[...new Set(letters)].filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort()];
}

/** A letter that stands twice in a term means its diagonal. */
function once({ tensor, letters }: Lettered): Lettered {
  const second = letters.findIndex((letter, i) => letters.indexOf(letter) < i);
  if (second < 0) return { tensor, letters };
  const first = letters.indexOf(letters[second]!);
  if (meet(tensor.shape[first]!, tensor.shape[second]!) === null) throw new SeeRnnError(`einsum: axis ${letters[first]} is of sizes ${formText([tensor.shape[first]!, tensor.shape[second]!])}`);
  return once({ tensor: diagonal(tensor, 0, first, second), letters: [...letters.filter((_, i) => i !== first && i !== second), letters[first]!] });
}

/** Summed over the letters that nothing else needs. */
function summed({ tensor, letters }: Lettered, needed: ReadonlySet<string>): Lettered {
  const axes = letters.flatMap((letter, axis) => (needed.has(letter) ? [] : [axis]));
  return axes.length === 0 ? { tensor, letters } : { tensor: sum(tensor, axes), letters: letters.filter((letter) => needed.has(letter)) };
}

/** Two arrays multiplied, and summed over what nothing later needs. */
function contracted(left: Lettered, right: Lettered, later: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Lettered {
  const a = summed(left, new Set([...later, ...right.letters]));
  const b = summed(right, new Set([...later, ...left.letters]));
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const over = shared.filter((letter) => !later.has(letter));
  const along = shared.filter((letter) => later.has(letter));
  const [freeA, freeB] = [a, b].map(({ letters }) => letters.filter((letter) => !shared.includes(letter))) as [string[], string[]];
  const letters = [...along, ...freeA, ...freeB];
  if (over.length === 0 && freeA.length + freeB.length === 0) {
    const ordered = ({ tensor, letters: own }: Lettered): Tensor => transpose(tensor, along.map((letter) => own.indexOf(letter)));
    return { tensor: multiply(ordered(a), ordered(b)), letters };
  }
  // As matrices (..., rows, columns) in the order in which the axes lie already, where that can be.
  const asMatrix = ({ tensor, letters: own }: Lettered, rows: readonly string[], columns: readonly string[]): { matrix: Tensor; turned: boolean } => {
    const order = (...groups: (readonly string[])[]): number[] => groups.flat().map((letter) => own.indexOf(letter));
    const turned = order(along, columns, rows).every((axis, i) => axis === i);
    const full = tensor.shape.map((n, axis) => (n === 1 && over.includes(own[axis]!) ? sizes.get(own[axis]!)! : n));
    const wide = full.every((n, axis) => n === tensor.shape[axis]) ? tensor : broadcastTo(tensor, full);
    const ordered = transpose(wide, turned ? order(along, columns, rows) : order(along, rows, columns));
    const size = (which: readonly string[]): number => which.reduce((product, letter) => product * wide.shape[own.indexOf(letter)]!, 1);
    return { turned, matrix: reshape(ordered, [...ordered.shape.slice(0, along.length), ...(turned ? [size(columns), size(rows)] : [size(rows), size(columns)])]) };
  };
  const [one, other] = [asMatrix(a, freeA, over), asMatrix(b, over, freeB)];
  const product = matmul(one.matrix, other.matrix, { a: one.turned, b: other.turned });
  const free = [...freeA.map((letter) => a.tensor.shape[a.letters.indexOf(letter)]!), ...freeB.map((letter) => b.tensor.shape[b.letters.indexOf(letter)]!)];
  return { letters, tensor: reshape(product, [...product.shape.slice(0, along.length), ...free]) };
}
