import type { ConfigReader } from '../config-reader.js';

/** An axis or several of them, as an option names them; negative ones count from the end. */
export const axesIn = (read: ConfigReader, key: string, initial: readonly number[]): readonly number[] =>
  read.get<readonly number[]>(key, (value) => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.length > 0 && list.every((axis) => Number.isInteger(axis)) ? list as number[] : undefined;
  }, 'an axis, or a list of axes', initial);

/** One axis. */
export const axisIn = (read: ConfigReader, key: string, initial?: number): number =>
  read.get(key, (value) => (Number.isInteger(value) ? value as number : undefined), 'an axis', initial);
