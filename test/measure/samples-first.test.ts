import { expect, test } from 'vitest';
import { KERAS_3 } from '../../src/from/keras/dialect.js';
import { operationLayer } from '../../src/from/keras/operations/operation-layer.js';
import { Slot } from '../../src/from/keras/operations/slot.js';
import { connect } from '../../src/graph/connect.js';
import type { Value } from '../../src/graph/graph.js';
import { analyse } from '../../src/measure/analyse.js';
import { samplesFirst } from '../../src/measure/samples-first.js';
import type { Model } from '../../src/model/model.js';
import { trace } from '../../src/trace/trace.js';
import { call, input, layer, modelOf, normals } from '../trace/build.js';
import { known } from './replays.js';

test('timesteps in front of samples are turned, and nothing else is', () => {
  const array = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2, 1], axes: ['timesteps', 'samples', 'units'] };
  expect(samplesFirst(array)).toEqual({ data: Float32Array.of(1, 3, 5, 2, 4, 6), shape: [2, 3, 1], axes: ['samples', 'timesteps', 'units'] });
  const other = { ...array, axes: ['samples', 'timesteps', 'units'] };
  expect(samplesFirst(other)).toBe(other);
});

test("of a layer with Keras 2's time_major the gradient by outputs is told as of others", async () => {
  const dialect = { kerasMajor: 2, kerasVersion: '2.15.0', tfjs: false } as const;
  const turned = (name: string, value: Value): Value =>
    connect(operationLayer({ name, className: 'Transpose', module: 'keras.ops', config: {}, dialect: KERAS_3 }), { inputs: [value], options: { args: [new Slot(0)], kwargs: { axes: [1, 0, 2] } } }).outputs[0]!;
  const model = (timeMajor: boolean): Model => {
    const from = input('x', [4, 3]);
    const lstm = layer('LSTM', 'lstm', { units: 2, return_sequences: true, time_major: timeMajor }, {}, dialect);
    return modelOf([from], [timeMajor ? turned('back', call(lstm, turned('turn', from))) : call(lstm, from)]);
  };
  const [x, y] = [normals(1, [5, 4, 3]), normals(2, [5, 4, 2])];
  const [plain, major] = await Promise.all([false, true].map((timeMajor) => analyse(model(timeMajor), x, y, { loss: 'mse' })));
  expect(known(major!.recurrences[0]!.outputs)).toEqual(known(plain!.recurrences[0]!.outputs));
  const gradient = (await trace(model(true), x, y, { loss: 'mse', quantities: ['outputs', 'inputs'] })).layer('lstm');
  expect([gradient.gradient('outputs').shape, gradient.gradient('outputs').axes, gradient.value('inputs').axes]).toEqual([[4, 5, 2], ['timesteps', 'samples', 'units'], ['timesteps', 'samples', 'features']]);
});
