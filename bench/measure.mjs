/** Runs several ways of doing one job in turns, so that what else the machine does meets all of them alike. */
export async function inTurns(ways, rounds) {
  const times = new Map(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      // Slow peers take part in the first rounds only.
      if (round < (way.rounds ?? rounds)) times.get(name).push(await way());
    }
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, { least: Math.min(...all), median: median(all) }]));
}

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
