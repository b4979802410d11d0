// Tasks of which it is known how far back one must look: makers of batches (x, y), and the loss below which no net gets that can't
// look that far. A net whose loss is below it has learnt to.

const SYMBOLS = 4;

/** What is said at the end, or at every step, is a symbol that was shown at one step, among blanks. */
function symbolTask({ steps, shownAt, everyStep = false }) {
  return {
    steps, features: SYMBOLS + 1, classes: SYMBOLS, everyStep,
    // Who hasn't seen it has ln 4 = 1.39 at best.
    learnt: 0.35,
    batch(random, samples) {
      const x = new Float32Array(samples * steps * (SYMBOLS + 1));
      const rows = everyStep ? steps : 1;
      const y = new Float32Array(samples * rows * SYMBOLS);
      for (let sample = 0; sample < samples; sample++) {
        const symbol = random.index(SYMBOLS);
        for (let t = 0; t < steps; t++) x[(sample * steps + t) * (SYMBOLS + 1) + (t === shownAt ? symbol : SYMBOLS)] = 1;
        for (let row = 0; row < rows; row++) y[(sample * rows + row) * SYMBOLS + symbol] = 1;
      }
      return { x: array(x, samples, steps, SYMBOLS + 1), y: everyStep ? array(y, samples, steps, SYMBOLS) : array(y, samples, SYMBOLS) };
    },
  };
}

/** The copy task at its plainest: a symbol at the first step, blanks after it, and at the end it is to be said. */
export const copy = (steps) => symbolTask({ steps, shownAt: 0 });

/** The symbol is at the last step: for who reads from the end that is the first one. */
export const copyOfLast = (steps) => symbolTask({ steps, shownAt: steps - 1 });

/** The symbol is at some step in between. */
export const copyOf = (shownAt, steps) => symbolTask({ steps, shownAt });

/** To be said at every step: who reads from the side where the symbol is must carry it over all of them; who reads from the other hasn't seen it. */
export const repeatFirst = (steps) => symbolTask({ steps, shownAt: 0, everyStep: true });
export const repeatLast = (steps) => symbolTask({ steps, shownAt: steps - 1, everyStep: true });

/** The adding task (Hochreiter and Schmidhuber 1997): two of the numbers are marked, one in either half; the answer is their sum. */
export const adding = (steps) => ({
  steps, features: 2, classes: 0,
  // Each of the two has a variance of 1/12: who doesn't know the one in the first half has 0.083 at best.
  learnt: 0.02,
  batch(random, samples) {
    const x = new Float32Array(samples * steps * 2);
    const y = new Float32Array(samples);
    const half = Math.floor(steps / 2);
    for (let sample = 0; sample < samples; sample++) {
      for (let t = 0; t < steps; t++) x[(sample * steps + t) * 2] = random.uniform();
      for (const t of [random.index(half), half + random.index(steps - half)]) {
        const at = (sample * steps + t) * 2;
        x[at + 1] = 1;
        y[sample] += x[at];
      }
    }
    return { x: array(x, samples, steps, 2), y: array(y, samples, 1) };
  },
});

/** The sum of the last three numbers, at the end or at every step; those before have nothing to do with it. */
export const lastThree = (steps, everyStep = false) => ({
  steps, features: 1, classes: 0, everyStep,
  // Of a variance of 3. Below 0.03 what all older ones together move is less than a tenth of what all do.
  learnt: 0.03,
  batch(random, samples) {
    const x = random.normals(samples * steps);
    const sums = x.map((value, n) => value + (n % steps > 0 ? x[n - 1] : 0) + (n % steps > 1 ? x[n - 2] : 0));
    const y = everyStep ? array(sums, samples, steps, 1) : array(sums.filter((_, n) => n % steps === steps - 1), samples, 1);
    return { x: array(x, samples, steps, 1), y };
  },
});

/** The copy task over sequences of different lengths, half of the steps or more, filled up with zeros before or after. */
export const paddedCopy = (steps, before) => ({
  steps, features: SYMBOLS + 1, classes: SYMBOLS, learnt: 0.35,
  batch(random, samples) {
    const x = new Float32Array(samples * steps * (SYMBOLS + 1));
    const y = new Float32Array(samples * SYMBOLS);
    const half = Math.floor(steps / 2);
    for (let sample = 0; sample < samples; sample++) {
      const [length, symbol] = [half + random.index(steps - half + 1), random.index(SYMBOLS)];
      const start = before ? steps - length : 0;
      for (let t = 0; t < length; t++) x[(sample * steps + start + t) * (SYMBOLS + 1) + (t === 0 ? symbol : SYMBOLS)] = 1;
      y[sample * SYMBOLS + symbol] = 1;
    }
    return { x: array(x, samples, steps, SYMBOLS + 1), y: array(y, samples, SYMBOLS) };
  },
});

const array = (data, ...shape) => ({ data, shape });
