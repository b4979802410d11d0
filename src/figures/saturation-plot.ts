import type { Numbers } from '../core/array.js';
import { SeeRnnError } from '../core/errors.js';
import { readOptions } from '../core/options.js';
import type { LayerHealth } from '../measure/health.js';
import { checkGrid } from './checks.js';
import { compose } from './compose.js';
import type { Figure, Mark } from './figure.js';
import type { Plot } from './layout.js';
import { count, percent } from './numbers.js';
import { commonOptions, form, gridOptions, type Given, without } from './options.js';
import { palette } from './palette.js';
import { missingText, summarize, together } from './statistics.js';
import { style } from './style.js';
import { headerFor } from './words.js';

const owner = 'saturationPlot';

/** The options of {@link saturationPlotFigure}. */
export const saturationPlotOptions = {
  ...without(commonOptions, 'axes', 'valueName'),
  ...without(gridOptions, 'shareX', 'shareY'),
  title: form.text("title; 'auto' says what is shown, any other text stands as it is, and 'none' leaves out the subtitle too", "'auto', 'none' or a text of your own", 'auto'),
  colors: form.colorList("colours of the gates in order, repeated as needed; 'auto' is one for each gate"),
};

export type SaturationPlotOptions = Given<typeof saturationPlotOptions>;

/** Of what `health` gives, what is drawn. */
export type SaturatedGates = readonly (Pick<LayerHealth, 'name'> & { readonly parts: readonly Pick<LayerHealth['parts'][number], 'part' | 'gates'>[] })[];

/**
 * How much of the time the gates of each unit are saturated, as Karpathy, Johnson and Li 2015 (arXiv 1506.02078, figure 2) draw it: a panel
 * for each layer and gate, a dot for each unit, across the share of time at which it is left-saturated, upwards that at which it is
 * right-saturated. The two add up to at most one, which the diagonal marks. A dot at the origin is a gate that is never saturated; one at the
 * upper end of the diagonal is always open, at its lower end always shut.
 *
 * Layers stand one below the other where they have the same gates. Layers without gates, a SimpleRNN or a dense layer, are left out.
 *
 * @param layers as `health` gives them
 * @throws SeeRnnError where no layer has gates; UsageError for options that can't be
 * @example
 * saturationPlotFigure(await health(model, x)).panels.length // 3 of an LSTM: input, forget, output
 */
export function saturationPlotFigure(layers: SaturatedGates, given: SaturationPlotOptions = {}): Figure {
  const options = readOptions(owner, saturationPlotOptions, given);
  if (!Array.isArray(layers)) throw new SeeRnnError(`${owner}: layers must be a list as health gives it, found ${layers === null ? 'null' : typeof layers}`);
  const parts = (layers as SaturatedGates).flatMap(({ name, parts: all }) => all.map(({ part, gates }) => ({ name: part === '' ? name : `${name}/${part}`, gates: Object.entries(gates) })))
    .filter(({ gates }) => gates.length > 0);
  if (parts.length === 0) throw new SeeRnnError(`${owner}: none of the layers has gates (${(layers as SaturatedGates).map(({ name }) => name).join(', ') || 'there are none'})`);

  const namesOf = (part: typeof parts[number]): string[] => part.gates.map(([gate]) => gate);
  const alike = parts.every((part) => namesOf(part).join() === namesOf(parts[0]).join());
  const gates = [...new Set(parts.flatMap(namesOf))];
  const colors = options.colors === 'auto' ? palette(gates.length) : [options.colors].flat();
  const gridded = alike && options.rows === 'auto' && options.annotations === 'auto';
  const cells = parts.flatMap(({ name, gates: own }) => own.map(([gate, { left, right }]) => ({ name, gate, left: left.data, right: right.data })));
  checkGrid(owner, cells.length, options);
  const summary = together(cells.flatMap(({ left, right }) => [summarize(left), summarize(right)]));

  const plots = cells.map(({ name, gate, left, right }, i): Plot => {
    const full = parts.length > 1 ? `${name}: ${gate}` : gate;
    const label = gridded || options.annotations === 'none' ? '' : options.annotations === 'auto' ? full : options.annotations[i] ?? '';
    return {
      x: { domain: [-0.03, 1.03], kind: 'value' }, y: { domain: [-0.03, 1.03], kind: 'value' },
      marks: marksOf(left, right, colors[gates.indexOf(gate) % colors.length]),
      label, shortLabel: options.annotations === 'auto' && label !== '' ? gate : label, note: missingText(together([summarize(left), summarize(right)])),
    };
  });

  const units = [...new Set(cells.map(({ left }) => left.length))];
  return compose({
    plots, cells: null, colorBar: null,
    options: { ...options, rows: gridded ? parts.length : options.rows, shareX: 'all', shareY: 'all', axes: 'auto', valueName: 'auto' },
    xName: 'share of time left-saturated (shut)', yName: 'share of time right-saturated (open)',
    ...(gridded ? { columnTitles: gates, ...(parts.length > 1 ? { rowTitles: parts.map(({ name }) => name) } : {}) } : {}),
    header: headerFor({
      options, heading: `Saturation of gates${parts.length === 1 ? ` of ${parts[0].name}` : ''}`, summary,
      layout: ['one panel per gate', `one dot per unit${units.length === 1 ? ` (${count(units[0])})` : ''}`, 'no dot can lie above the diagonal'],
    }),
    description: `Scatter plots of how much of the time gates are saturated, a dot for each unit. ${cells.map(({ name, gate, left, right }) =>
      `${name}, ${gate} gate: left-saturated ${percent(mean(left))} of the time on average, right-saturated ${percent(mean(right))}`).join('; ')}.`,
    panelHeight: (width) => Math.min(width, 300),
  });
}

function marksOf(left: Numbers, right: Numbers, color: string): Mark[] {
  const many = left.length > 64;
  return [
    { kind: 'line', x: [0, 1], y: [1, 0], color: style.ink.axis, width: 1, opacity: 1, markerRadius: 0 },
    { kind: 'points', x: left, y: right, color, radius: many ? 2.6 : 3.4, opacity: many ? 0.5 : 0.7, shape: 'circle' },
  ];
}

const mean = (values: Numbers): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
