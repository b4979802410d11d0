import { shapeText } from '../core/array.js';
import { printable } from '../core/printable.js';
import type { LayerSummary, ModelSummary, RecurrentSummary } from './summary.js';

const FORMATS: Readonly<Record<string, string>> = {
  'keras-zip': 'Keras, .keras', 'keras-hdf5': 'Keras, HDF5', 'weights-hdf5': 'Keras, weights alone', 'tfjs-layers': 'TF.js layers',
};

/** A model's summary to be read: a table of its layers, each with the index by which it can be asked for, and a paragraph on each recurrent one. Names from the file are made printable. */
export function summaryText(summary: ModelSummary): string {
  return [...heading(summary), '', ...table(summary.layers), '', totals(summary), ...summary.layers.flatMap(recurrentText)].map(printable).join('\n');
}

function heading({ name, kind, file, format, kerasVersion, backend, loss, optimizer }: ModelSummary): string[] {
  const from = [
    format === null ? '' : FORMATS[format] ?? format,
    kerasVersion === null ? '' : `version ${kerasVersion}`, backend === null ? '' : `backend ${backend}`,
  ].filter((text) => text !== '');
  const rate = optimizer?.learningRate == null ? '' : `, learning rate ${Number(optimizer.learningRate.toPrecision(6))}`;
  return [
    `${kind} model '${name}'${file === null ? '' : ` of ${file}`}${from.length === 0 ? '' : ` (${from.join('; ')})`}`,
    `loss: ${loss ?? 'none'}; optimizer: ${optimizer === null ? 'none' : optimizer.name + rate}`,
  ];
}

function table(layers: readonly LayerSummary[]): string[] {
  // Where every layer reads the one above, saying so says nothing.
  const chain = layers.every(({ reads }, i) => (i === 0 ? reads.length === 0 : reads.length === 1 && reads[0] === layers[i - 1]!.name));
  const rows = [
    ['index', 'layer', 'class', 'output', 'parameters', ...(chain ? [] : ['reads'])],
    ...layers.map(({ index, name, kind, outputs, parameters, trainable, reads }) => [
      index === null ? '' : String(index), name, `${kind}${parameters > 0 && !trainable ? ' (frozen)' : ''}`, outputs.map(shapeText).join(' '), parameters.toLocaleString('en-US'), ...(chain ? [] : [reads.join(', ')]),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 || column === 4 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ').trimEnd());
}

function totals({ parameters: { total, trainable, others } }: ModelSummary): string {
  const text = (count: number): string => count.toLocaleString('en-US');
  return `${text(total)} parameters${others === 0 ? '' : `, of which training changes ${text(trainable)}`}`;
}

function recurrentText({ name, kind, recurrent, unknown }: LayerSummary): string[] {
  if (unknown !== null) return ['', `${name}: ${unknown}; what goes on inside it can't be seen`];
  return recurrent.flatMap((one) => ['', `${name}${one.part === '' ? '' : `, ${one.part}`}: ${aboutText(kind, one)}`, ...gateText(one)]);
}

function aboutText(layerKind: string, { kind, units, direction, resetAfter, returnSequences, returnState, stateful, dropout, recurrentDropout }: RecurrentSummary): string {
  const about = [
    `${layerKind.startsWith('CuDNN') ? layerKind : kind} of ${units} unit${units === 1 ? '' : 's'}`, direction,
    resetAfter === null ? '' : resetAfter ? 'reset_after' : 'no reset_after',
    `returns ${returnSequences ? 'every step' : 'the last step'}${returnState ? ' and its states' : ''}`,
    stateful ? 'stateful' : '', dropout > 0 ? `dropout ${dropout}` : '', recurrentDropout > 0 ? `recurrent dropout ${recurrentDropout}` : '',
  ];
  return about.filter((text) => text !== '').join(', ');
}

function gateText({ gates, gateWeights: { kernel, recurrent_kernel, bias }, activation, recurrentActivation }: RecurrentSummary): string[] {
  const shapes = `kernel ${shapeText(kernel)}, recurrent_kernel ${shapeText(recurrent_kernel)}, ${bias === null ? 'no bias' : `bias ${shapeText(bias)}`}`;
  return [
    `  ${gates.length === 1 ? 'gate' : 'gates, as stored'}: ${gates.join(', ')}`,
    `  weights${gates.length === 1 ? '' : ' of each gate'}: ${shapes}`,
    `  activation ${activation}${recurrentActivation === null ? '' : `, of the gates ${recurrentActivation}`}`,
  ];
}
