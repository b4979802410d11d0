import { Option } from 'commander';
import { UsageError } from '../core/errors.js';
import { shown } from '../core/options.js';
import type { TraceOptions } from '../trace/trace-options.js';
import { readData } from './data.js';
import type { Slice } from './selection.js';

/** The flags that say how much each sample weighs in the loss. */
export interface FactorFlags {
  readonly sampleWeight?: string | undefined;
  readonly classWeight?: Readonly<Record<number, number>> | undefined;
}

/** `--sample-weight`. */
export const sampleWeightFlag = (): Option => new Option('--sample-weight <file>', 'a factor on the loss of each sample, or of each of its timesteps');

/** `--class-weight`. */
export const classWeightFlag = (): Option =>
  new Option('--class-weight <json>', 'a factor on the loss of each sample by its class, e.g. {"0":1,"1":20}').argParser(readClassWeight);

function readClassWeight(text: string): Readonly<Record<number, number>> {
  const found = parsed(text);
  const isRecord = typeof found === 'object' && found !== null && !Array.isArray(found);
  if (!isRecord || !Object.entries(found).every(([name, factor]) => /^\d+$/.test(name) && typeof factor === 'number')) {
    throw new UsageError(`--class-weight must be JSON of numbers by class index, e.g. {"0":1,"1":20}, found ${shown(text)}`);
  }
  return found as Readonly<Record<number, number>>;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the flags mean for a trace. @param samples which of a file's are meant */
export async function readFactors({ sampleWeight, classWeight }: FactorFlags, samples: Slice | undefined): Promise<Pick<TraceOptions, 'sampleWeight' | 'classWeight'>> {
  return {
    ...(sampleWeight === undefined ? {} : { sampleWeight: await readData(sampleWeight, samples) }),
    ...(classWeight === undefined ? {} : { classWeight }),
  };
}
