import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { printable } from '../core/printable.js';
import type { ConfigReader } from './config.js';

type Regularizer = ReturnType<typeof tfl.regularizers.l1l2>;
type Constraint = ReturnType<typeof tfl.constraints.nonNeg>;
type Settings = Record<string, unknown>;

/** What penalises a weight and what bounds it. */
export interface WeightOptions { readonly regularizer?: Regularizer; readonly constraint?: Constraint }

/** Keras writes `class_name`, TF.js `className`. */
interface Described { readonly class_name?: unknown; readonly className?: unknown; readonly config?: unknown }

/**
 * The options of one weight: `kernelRegularizer`, `kernelConstraint` and their like. Both may be objects of TF.js or as in a
 * file: `{ class_name, config }`.
 *
 * @param role how the options of this weight start: `kernel`, `recurrent`, `bias`, `gamma`, ...
 */
export function weightOptions(read: ConfigReader, role: string): WeightOptions {
  const regularizer = described(read, `${role}Regularizer`, regularizers);
  const constraint = described(read, `${role}Constraint`, constraints);
  return { ...(regularizer ? { regularizer } : {}), ...(constraint ? { constraint } : {}) };
}

const number = (settings: Settings, ...keys: string[]): number | undefined => {
  const found = keys.map((key) => settings[key]).find((value) => value != null);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
};
const given = <T extends object>(values: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const l1l2 = (settings: Settings): Regularizer => tfl.regularizers.l1l2({ l1: number(settings, 'l1') ?? 0, l2: number(settings, 'l2') ?? 0 });

const regularizers: Readonly<Record<string, (settings: Settings) => Regularizer>> = {
  L1L2: l1l2, l1_l2: l1l2, l1l2,
  L1: (settings) => tfl.regularizers.l1({ l1: number(settings, 'l1') ?? 0.01 }),
  L2: (settings) => tfl.regularizers.l2({ l2: number(settings, 'l2') ?? 0.01 }),
  l1: (settings) => tfl.regularizers.l1({ l1: number(settings, 'l1') ?? 0.01 }),
  l2: (settings) => tfl.regularizers.l2({ l2: number(settings, 'l2') ?? 0.01 }),
};

const axisOf = (settings: Settings): number | undefined => number(settings, 'axis');
const maxNorm = (settings: Settings): Constraint =>
  tfl.constraints.maxNorm(given<Parameters<typeof tfl.constraints.maxNorm>[0]>({ maxValue: number(settings, 'max_value', 'maxValue', 'm'), axis: axisOf(settings) }));
const unitNorm = (settings: Settings): Constraint => tfl.constraints.unitNorm(given({ axis: axisOf(settings) }) as Parameters<typeof tfl.constraints.unitNorm>[0]);
const minMaxNorm = (settings: Settings): Constraint => tfl.constraints.minMaxNorm(given<Parameters<typeof tfl.constraints.minMaxNorm>[0]>({
  minValue: number(settings, 'min_value', 'minValue'), maxValue: number(settings, 'max_value', 'maxValue'), rate: number(settings, 'rate'), axis: axisOf(settings),
}));
const nonNeg = (): Constraint => tfl.constraints.nonNeg();

const constraints: Readonly<Record<string, (settings: Settings) => Constraint>> = {
  MaxNorm: maxNorm, max_norm: maxNorm, maxNorm, maxnorm: maxNorm,
  UnitNorm: unitNorm, unit_norm: unitNorm, unitNorm, unitnorm: unitNorm,
  MinMaxNorm: minMaxNorm, min_max_norm: minMaxNorm, minMaxNorm,
  NonNeg: nonNeg, non_neg: nonNeg, nonNeg, nonneg: nonNeg,
};

function described<T extends { apply(x: tf.Tensor): tf.Tensor }>(read: ConfigReader, key: string, known: Readonly<Record<string, (settings: Settings) => T>>): T | undefined {
  const value = read.config[key];
  if (value == null) return undefined;
  if (typeof (value as Partial<T>).apply === 'function') return value as T;
  const { class_name, className, config } = (typeof value === 'string' ? { className: value } : value) as Described;
  const name = class_name ?? className;
  const make = typeof name === 'string' && Object.hasOwn(known, name) ? known[name] : undefined;
  if (!make) throw read.error(`${key} is ${typeof name === 'string' ? `'${printable(name)}'` : 'not named'}, which is not among ${Object.keys(known).join(', ')}`);
  return make((config ?? {}) as Settings);
}
