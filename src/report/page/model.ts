import { shapeText } from '../../core/array.js';
import type { LayerSummary, ModelSummary } from '../../model/summary.js';
import { element, table } from './dom.js';
import { graph } from './graph.js';

/** The model: what it is, its layers as a graph and as a table. */
export function modelSection(model: ModelSummary, recurrent: readonly string[], anchor: (i: number) => string): HTMLElement {
  const { kind, name, loss, optimizer, parameters, layers, format, kerasVersion, warnings } = model;
  const count = (n: number): string => n.toLocaleString('en');
  const facts = [
    `${kind} ‘${name}’`, format === null ? '' : `${format}${kerasVersion === null ? '' : `, Keras ${kerasVersion}`}`, `loss ${loss ?? 'none'}`,
    optimizer === null ? '' : `optimizer ${optimizer.name}${optimizer.learningRate === null ? '' : `, learning rate ${optimizer.learningRate.toPrecision(3)}`}`,
    `${count(parameters.total)} parameters${parameters.others === 0 ? '' : `, ${count(parameters.trainable)} of them trained`}`,
  ].filter((fact) => fact !== '');
  const link = (layer: LayerSummary): Node | string => {
    const i = recurrent.indexOf(layer.name);
    return i < 0 ? layer.name : element('a', { href: `#${anchor(i)}` }, layer.name);
  };
  return element('section', { id: 'model' },
    element('h2', {}, 'Model'), element('p', { class: 'facts' }, facts.join(' · ')),
    ...(warnings.length === 0 ? [] : [element('ul', { class: 'notes' }, ...warnings.map((warning) => element('li', {}, warning)))]),
    element('div', { class: 'beside' },
      graph(layers, (layer) => (recurrent.includes(layer.name) ? `#${anchor(recurrent.indexOf(layer.name))}` : null)),
      table('Layers', ['layer', 'class', 'output', 'parameters', 'reads'], layers.map((layer) => [
        link(layer), layer.kind + (layer.parameters > 0 && !layer.trainable ? ' (frozen)' : ''), layer.outputs.map((shape) => shapeText(shape).replaceAll(' ', '\u00a0')).join(' '), count(layer.parameters), layer.reads.join(', '),
      ]))));
}
