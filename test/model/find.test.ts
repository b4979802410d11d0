import { describe, expect, test } from 'vitest';
import { allCalls } from '../../src/graph/graph.js';
import { findCall, findCalls, findLayer, hasLayer } from '../../src/model/find.js';
import { getFullName, getLayer } from '../../src/model/get-layer.js';
import { Model } from '../../src/model/model.js';
import { call, graphOf, input, layer, modelOf, nested } from '../trace/build.js';

/** Two inputs; a nested model that is used twice; a shared layer. */
function everything(): Model {
  const [a, b] = [input('a', [4]), input('b', [4])];
  const u = input('u', [4]);
  const inner = nested('inner', [u], [call(layer('Dense', 'dense', { units: 4 }), call(layer('Dense', 'gru', { units: 4 }), u))]);
  const shared = layer('Dense', 'shared', { units: 4 });
  const left = call(layer('Dense', 'encoder', { units: 4 }), call(inner, call(shared, a)));
  const right = call(layer('Dense', 'decoder', { units: 4 }), call(shared, call(inner, b)));
  return modelOf([a, b], [call(layer('Dense', 'dense_2', { units: 2 }), left), right]);
}

describe('finding a layer', () => {
  const model = everything();
  const found = (id: number | string): string => findCall(model, id).label;

  test('every use has a name', () => {
    expect(allCalls(model.calls).map(({ label }) => label).sort()).toEqual([
      'a', 'b', 'decoder', 'dense_2', 'encoder', 'inner:0', 'inner:0/dense', 'inner:0/gru', 'inner:0/u', 'inner:1', 'inner:1/dense', 'inner:1/gru', 'inner:1/u', 'shared:0', 'shared:1',
    ]);
  });

  test('by index in model.layers, by label, by name, by a part of the label', () => {
    const index = (name: string): number => model.layers.findIndex((one) => one.name === name);
    expect(found(index('encoder'))).toBe('encoder');
    expect(found(index('a'))).toBe('a');
    expect(found('shared:1')).toBe('shared:1');
    expect(found('inner:0/gru')).toBe('inner:0/gru');
    expect(found('enc')).toBe('encoder');
    expect(found('1/den')).toBe('inner:1/dense');
  });

  test('the whole name goes before a part of one; inputs are found by their whole name alone', () => {
    expect(found('dense_2')).toBe('dense_2');
    expect(found('b')).toBe('b');
    const x = input('lstm_1_input', [4]);
    const named = modelOf([x], [call(layer('Dense', 'dense_1', { units: 2 }), call(layer('Dense', 'lstm_1', { units: 2 }), x))]);
    expect(findCall(named, 'lstm').label).toBe('lstm_1');
    expect(findCall(named, 'lstm_1_input').label).toBe('lstm_1_input');
    expect(() => findCall(named, '_inp')).toThrow("no layer '_inp'; the model has: lstm_1, dense_1");
  });

  test('several: lists as they are, * for all that compute', () => {
    expect(findCalls(model, ['encoder', 'shared:0', 'encoder']).map(({ label }) => label)).toEqual(['encoder', 'shared:0', 'encoder']);
    const all = findCalls(model, '*').map(({ label }) => label);
    expect(all).toHaveLength(11);
    expect(all).not.toContain('a');
    expect(all).not.toContain('inner:0/u');
  });

  test('a shared layer has the same weights in all its uses: as a layer it is one', () => {
    expect(findLayer(model, 'shared').name).toBe('shared');
    expect(findLayer(model, 'gru').name).toBe('gru');
    expect(getLayer(model, 'shared')).toBe(getLayer(model, [model.layers.findIndex(({ name }) => name === 'shared')])[0]);
    expect(getFullName(model, ['enc', 'inner:1/g'])).toEqual(['encoder', 'inner:1/gru']);
    expect([hasLayer(model, 'shared'), hasLayer(model, 'oder'), hasLayer(model, 'lstm')]).toEqual([true, true, false]);
    expect(() => getLayer(model, null as unknown as string)).toThrow("getLayer: expected a layer's index or name, or a list of these, found null");
  });

  test('what can not be found is said, with what there is', () => {
    const list = findCalls(model, '*').map(({ label }) => label).join(', ');
    const names = `(${model.layers.map(({ name }) => name).join(', ')})`;
    const messages: [number | string, string][] = [
      ['nothing like it', `no layer 'nothing like it'; the model has: ${list}`], ['decodre', `no layer 'decodre'; did you mean 'decoder'? The model has: ${list}`],
      [99, `no layer 99: the model has layers 0 to 6 ${names}`], [-1, `no layer -1: the model has layers 0 to 6 ${names}`], [0.5, `no layer 0.5: the model has layers 0 to 6 ${names}`],
      ['shared', "layer 'shared' is used several times: shared:0, shared:1; give one of them"],
      ['gru', "layer 'gru' is used several times: inner:0/gru, inner:1/gru; give one of them"], ['coder', "'coder' is part of several names: encoder, decoder; give one of them"],
      [null as unknown as string, "expected a layer's index or name, found null"],
    ];
    for (const [id, message] of messages) expect(() => findCall(model, id), String(id)).toThrow(message);
    const x = input('x', [4]);
    const twin = (name: string): ReturnType<typeof nested> => {
      const u = input('u', [4]);
      return nested(name, [u], [call(layer('Dense', 'dense', { units: 4 }), u)]);
    };
    expect(() => findCall(modelOf([x], [call(twin('q'), call(twin('p'), x))]), 'dense')).toThrow("several layers are called 'dense': p/dense, q/dense; give one of them");
  });

  test('a nested model whose layers stand in its own place is found by its last one', () => {
    const x = input('x', [4]);
    const last = call(layer('Dense', 'last', { units: 4 }), call(layer('Dense', 'first', { units: 4 }), x));
    const dissolved = nested('dissolved', [x], [last]);
    const graph = { ...graphOf('outer', [x], [call(layer('Dense', 'head', { units: 2 }), last)]), layers: [dissolved, layer('Dense', 'unused', { units: 1 })] };
    const outer = new Model({ graph, kind: 'Sequential', inputNames: ['x'], outputNames: ['head'] });
    expect(findCall(outer, 0).label).toBe('last');
    expect(findCall(outer, 'dissolved').label).toBe('last');
    expect(() => findCall(outer, 1)).toThrow("layer 'unused' is not used on the way from the model's inputs to its outputs");
  });
});
