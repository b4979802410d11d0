import { sameNumbers, shuffled } from './shuffled.js';

/**
 * Whose steps each sample takes in place of its own: an array of the others' indices for each time that this is repeated, no sample its own and
 * none twice the same. The samples stand in a ring, in an order drawn once and the same every time, and take from the one that is one, two, three places on: beside each
 * other in the data may be windows of one series, of which a sample's neighbour is nearly the sample itself.
 *
 * @param most how many pairings are wanted; of n samples there are n - 1 at most
 */
export function pairingsOf(samples: number, most: number): Int32Array[] {
  const ring = shuffled(samples, sameNumbers());
  return Array.from({ length: Math.min(most, samples - 1) }, (_, i) => {
    const others = new Int32Array(samples);
    ring.forEach((sample, place) => { others[sample] = ring[(place + 1 + i) % samples]!; });
    return others;
  });
}
