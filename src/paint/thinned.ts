/** Points of a line in drawing order. */
export interface Polyline { readonly xs: Float64Array; readonly ys: Float64Array }

/**
 * The points of a line that can be seen. Where many lie in one column of pixels, its first, lowest, highest and last
 * point give the same picture (Jugel et al., "M4", VLDB 2014), and a line of a million steps is drawn in no time.
 *
 * A line with fewer than four points a column, or one that runs back in x, is returned as it is.
 *
 * @param column the width of a column
 */
export function thinned(line: Polyline, column: number): Polyline {
  const { xs, ys } = line;
  const count = xs.length;
  if (count <= 4 * (Math.abs(xs[count - 1] - xs[0]) / column + 1) || !rising(xs)) return line;

  const kept: number[] = [];
  for (let first = 0; first < count;) {
    const place = Math.floor(xs[first] / column);
    let lowest = first;
    let highest = first;
    let next = first;
    for (; next < count && Math.floor(xs[next] / column) === place; next++) {
      if (ys[next] < ys[lowest]) lowest = next;
      if (ys[next] > ys[highest]) highest = next;
    }
    const four = [first, Math.min(lowest, highest), Math.max(lowest, highest), next - 1];
    kept.push(...four.filter((at, i) => i === 0 || at !== four[i - 1]));
    first = next;
  }
  return { xs: Float64Array.from(kept, (at) => xs[at]), ys: Float64Array.from(kept, (at) => ys[at]) };
}

function rising(xs: Float64Array): boolean {
  for (let i = 1; i < xs.length; i++) if (xs[i] < xs[i - 1]) return false;
  return true;
}
