/** The samples in another order, by Fisher and Yates. */
export function shuffled(samples: number, next: () => number): Int32Array {
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  for (let i = samples - 1; i > 0; i--) {
    const other = Math.floor(next() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

/** Numbers in [0, 1) that are the same every time: a linear congruential generator (Numerical Recipes' constants). */
export function sameNumbers(): () => number {
  let state = 20_240_601;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
