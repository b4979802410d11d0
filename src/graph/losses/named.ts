import type { LossDialect, LossFunction } from './loss.js';

/** The loss of a name as Keras has it, with the options of its configuration; null where it is not known. */
export const lossByName = (_name: string, _options: Readonly<Record<string, unknown>>, _dialect: LossDialect): LossFunction | null => null;
