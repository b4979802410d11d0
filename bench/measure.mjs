// Several ways of doing one job, measured in turns, so that what else the machine does meets all of them alike.

/** A turn does its job again and again for so many seconds, at least once: one run of a millisecond would be chance. */
const TURN = 0.1;
/** Before the first turn, everybody runs for so many seconds, at least once: until compilers are done with the code. */
const WARM = 0.5;

/**
 * @param ways by name, functions that do the job once and return, or promise, the seconds it took; with `rounds`, at most so
 *   many turns, and no run before them: for what takes a minute
 * @returns by name, the least, the median and all of the turns' mean seconds
 */
export async function inTurns(ways, rounds) {
  for (const way of Object.values(ways)) if (!way.rounds) await mean(way, WARM);
  const turns = new Map(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      if (round < (way.rounds ?? rounds)) turns.get(name).push(await mean(way, TURN));
    }
  }
  return Object.fromEntries([...turns].map(([name, all]) => [name, { least: Math.min(...all), median: median(all), all }]));
}

async function mean(way, seconds) {
  let sum = 0;
  let runs = 0;
  do {
    sum += await way();
    runs++;
  } while (sum < seconds);
  return sum / runs;
}

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
