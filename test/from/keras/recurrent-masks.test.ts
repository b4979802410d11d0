import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KERAS_3 } from '../../../src/from/keras/dialect.js';
import type { KerasLayer } from '../../../src/from/keras/layers/keras-layer.js';
import { add, multiply } from '../../../src/graph/operations/arithmetic.js';
import { sum } from '../../../src/graph/operations/reductions.js';
import { constant, Tensor } from '../../../src/graph/tensor.js';
import { sizeOf } from '../../../src/core/array.js';
import { expectClose } from '../../trace/close.js';
import { differentiated, filled, KERAS_2, made } from './made.js';

/** What Keras gives where steps are masked, and where dropout drops: `recurrent-masks.py` writes the numbers, and says how they are made. */

interface Expected { readonly outputs: readonly number[][]; readonly gradient: readonly number[]; readonly masks: readonly boolean[] }
const cases = JSON.parse(readFileSync(new URL('recurrent-masks.json', import.meta.url), 'utf8')) as Record<string, { readonly keras3: Expected; readonly keras2?: Expected }>;

const [S, T, F, U] = [4, 4, 2, 2];
const mask = constant([1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], [S, T], 'bool');
const number = (n: number, start: number): number => 0.8 * Math.sin(0.7 * n + start);
const numbers = (shape: readonly number[], start: number): Tensor => new Tensor(Float64Array.from({ length: sizeOf(shape) }, (_, n) => number(n, start)), shape);

const DIALECTS = [['Keras 3', KERAS_3], ['Keras 2', KERAS_2]] as const;

test.each(Object.keys(cases).flatMap((name) => DIALECTS.map(([which, dialect]) => ({ name, which, dialect }))))('$name, $which', ({ name, which, dialect }) => {
  const [kind, mode, returns] = name.split('-') as [string, string, string];
  const options = { return_sequences: returns === 'sequences', go_backwards: mode.includes('back'), return_state: mode.includes('states'), zero_output_for_mask: mode.includes('zero'), ...(mode === 'dropout' ? { dropout: 0.4, recurrent_dropout: 0.3 } : {}) };
  const cell = (of: string, units: number): KerasLayer => made(`${of}Cell`, { units, reset_after: true }, {}, dialect);
  const one = mode.startsWith('stack') ? made('RNN', options, { cell: [cell(kind, U), cell('GRU', 3)] }, dialect) : made(kind.replace('before', ''), { units: U, reset_after: !kind.endsWith('before'), ...options }, {}, dialect);
  const layer = mode.startsWith('bi') ? made('Bidirectional', { merge_mode: mode.includes('both') ? null : mode.includes('mul') ? 'mul' : 'concat' }, { layer: one }, dialect) : one;
  const states = (kind === 'LSTM' ? 2 : 1) * (mode.startsWith('bi') ? 2 : 1);
  const initial = mode.includes('initial') ? Array.from({ length: states }, (_, i) => numbers([S, U], 20 + i)) : [];
  filled(layer, [[null, T, F]], (n, i) => number(n, i + 1));

  const told = mode.includes('told');
  let at = 0;
  const context = { training: mode === 'dropout', random: () => (Math.sin(1.3 * at++ + 0.5) + 1) / 2 };
  const { outputs, gradients } = differentiated(layer, [numbers([S, T, F], 0), ...initial], { mask: told ? null : mask, given: told ? { mask } : {}, context },
    (found) => found.map((output, i) => sum(multiply(output, numbers(output.shape, 30 + i)), null)).reduce(add));
  const { keras3, keras2 = keras3 } = cases[name]!;
  const expected = which === 'Keras 3' ? keras3 : keras2;
  expect(outputs.map(({ mask: its }) => its !== null)).toEqual(expected.masks);
  expected.outputs.forEach((output, i) => { expectClose(outputs[i]!.value.data, output, `output ${i}`, 1e-9); });
  expectClose(gradients[0]!, expected.gradient, 'gradient', 1e-9);
});
