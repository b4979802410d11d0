import type { Floats } from './floats.js';
import type { RecurrentPass } from './run.js';
import type { Cell } from './cell.js';
import type { Inside, InsideName } from './watch.js';

/** Reads a pass's states and gates, as far as they are wanted. Before it goes backwards. */
export function valuesInside(pass: RecurrentPass, { gates, hasCellState }: Cell, wanted: ReadonlySet<InsideName>): Inside {
  return {
    hidden: wanted.has('hidden') ? pass.hidden() : undefined,
    cell: wanted.has('cell') && hasCellState ? pass.cell() : undefined,
    gates: wanted.has('gates') ? byName(gates, (gate) => pass.gate(gate)) : undefined,
  };
}

/** The derivatives by these, after it has gone backwards with the totals of {@link totalsFor}. */
export function gradientsInside(pass: RecurrentPass, { hasCellState }: Cell, wanted: ReadonlySet<string>, gates: Inside['gates']): Inside {
  return {
    hidden: wanted.has('hidden') ? pass.totalHidden() : undefined,
    cell: wanted.has('cell') && hasCellState ? pass.totalCell() : undefined,
    gates: wanted.has('gates') ? gates : undefined,
  };
}

/** Every gate's adjoint. */
export const gateAdjoints = (pass: RecurrentPass, { gates }: Cell): Record<string, Floats> => byName(gates, (gate) => pass.gateAdjoint(gate));

/** Which totals a pass is to keep on its way back. */
export const totalsFor = (wanted: ReadonlySet<string> | undefined): { hidden: boolean; cell: boolean } =>
  ({ hidden: wanted?.has('hidden') ?? false, cell: wanted?.has('cell') ?? false });

const byName = (names: readonly string[], read: (name: string) => Floats): Record<string, Floats> => Object.fromEntries(names.map((name) => [name, read(name)]));

/**
 * Where something of the loss comes in: (samples, timesteps), time in input order.
 *
 * @param sequence dL/d(what the layer returned), (samples, timesteps, units) in processing order
 * @param last dL/d(last states), (samples, units) each
 */
export function enteredAt(samples: number, timesteps: number, backwards: boolean, sequence: Floats | undefined, last: readonly (Floats | undefined)[]): Uint8Array {
  const entered = new Uint8Array(samples * timesteps);
  const any = (values: Floats, row: number, rows: number): boolean => {
    const width = values.length / rows;
    for (let n = row * width; n < (row + 1) * width; n++) if (values[n] !== 0) return true;
    return false;
  };
  for (let sample = 0; sample < samples; sample++) {
    for (let step = 0; step < timesteps; step++) {
      const here = (sequence !== undefined && any(sequence, sample * timesteps + step, samples * timesteps))
        || (step === timesteps - 1 && last.some((state) => state && any(state, sample, samples)));
      entered[sample * timesteps + (backwards ? timesteps - 1 - step : step)] = here ? 1 : 0;
    }
  }
  return entered;
}
