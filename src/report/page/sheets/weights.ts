import { rnnHeatmapFigure } from '../../../figures/rnn-heatmap.js';
import type { ImageMark, Panel } from '../../../figures/figure.js';
import { shortNumber } from '../../../figures/numbers.js';
import type { GateWeights } from '../../../model/gate-weights.js';
import type { LayerContent } from '../../content.js';
import type { Probe } from '../../figures/drawn.js';
import { fileName, type Request, type Sheet } from '../sheet.js';
import type { ColorRange } from '../state.js';
import { mostOf } from '../../extent.js';

/** The weights of a layer, or the gradients by them, by kernel and gate. */
export function weightSheet(layer: LayerContent, of: 'weights' | 'gradients'): Sheet | null {
  const given = of === 'weights' ? layer.weights : layer.weightGradients;
  if (given === null) return null;
  const name = (i: number): string => given.directions[i]!.name;
  const one = ({ chosen }: Request): GateWeights => ({ ...given, directions: given.directions.filter((_, i) => i === Number(chosen.get('direction') ?? 0)) });
  return {
    file: fileName(layer.name, of), heading: of === 'weights' ? 'Weights' : 'Gradient by the weights',
    about: 'Kernel above recurrent kernel above bias, over one axis: a column is the same unit of the same gate in all of them.',
    wide: true,
    follows: ['range', 'colors'],
    choices: [{ name: 'direction', label: 'Part', options: () => given.directions.map((_, i) => ({ value: String(i), text: name(i) })) }],
    draw: (request) => {
      const { space, store: { state: { range, colors } } } = request;
      const weights = one(request);
      const figure = rnnHeatmapFigure(weights, {
        of, title: space.titled ? 'auto' : 'none', colorMap: colors, norm: normOf(range, weights),
        widthScale: Math.min(10, Math.max(0.1, space.width / 720)),
      });
      return { figure: { ...figure, panels: figure.panels.map((panel) => ({ ...panel, marks: [] })) }, marks: (panel) => figure.panels[panel]!.marks, probe: probeOf(figure.panels, weights) };
    },
    data: (request) => {
      const { kernel, recurrentKernel } = one(request).directions[0]!;
      const data = new Float32Array(kernel.data.length + recurrentKernel.data.length);
      data.set(kernel.data);
      data.set(recurrentKernel.data, kernel.data.length);
      return { data, shape: [kernel.shape[0]! + recurrentKernel.shape[0]!, kernel.shape[1]!], axes: ['features and units', 'units of gates'] };
    },
  };
}

/** The values at the ends of the colours, of all kernels alike. */
function normOf(range: ColorRange, { directions }: GateWeights): readonly [number, number] | 'auto' | 'none' {
  if (range === 'each') return 'none';
  if (range === 'all') return 'auto';
  const size = range === 'most' ? Math.max(...directions.flatMap(({ kernel, recurrentKernel }) => [mostOf(kernel.data), mostOf(recurrentKernel.data)])) || 1 : range;
  return [-size, size];
}

/** Reads what a heatmap of weights shows. */
function probeOf(panels: readonly Panel[], { directions }: GateWeights): Probe {
  const { gates, units } = directions[0]!;
  const image = (panel: number): ImageMark => panels[panel]!.marks.find((mark) => mark.kind === 'image')!;
  const { columns } = image(0);
  const rows = (panel: number): string => ['kernel, feature', 'recurrent kernel, from unit', 'bias'][panel] ?? '';
  return {
    group: `column ${columns}`, length: columns, zooms: false,
    place: (x) => x, position: (place) => Math.max(0, Math.min(columns - 1, Math.round(place))),
    rows: (panel) => image(panel).rows,
    nearest: (panel, _, y) => Math.max(0, Math.min(image(panel).rows - 1, Math.round(y))),
    at: (panel, row, x) => {
      const what = panel === 2 ? `bias${image(panel).rows === 2 ? (row === 0 ? ' of the input' : ' of the recurrence') : ''}` : `${rows(panel)} ${row}`;
      return { text: `${what}, ${gates[Math.floor(x / units)] ?? ''} of unit ${x % units}: ${shortNumber(image(panel).values[row * columns + x]!, 5)}`, y: row };
    },
  };
}
