import { shorten } from '../../figures/text.js';
import type { LayerSummary } from '../../model/summary.js';
import { element, shape } from './dom.js';

const box = { width: 148, height: 34 } as const;
const gap = { x: 18, y: 20 } as const;
const edge = 8;

/** Beyond this many layers a drawing says less than the table. */
const MOST = 60;

/** A model's layers as boxes, each below those it reads from. */
export function graph(layers: readonly LayerSummary[], linkOf: (layer: LayerSummary) => string | null): HTMLElement {
  if (layers.length > MOST) return element('p', { class: 'quiet' }, `${layers.length} layers are too many to draw; they are in the table.`);
  const depth = new Map<string, number>();
  for (const { name, reads } of layers) depth.set(name, Math.max(-1, ...reads.map((from) => depth.get(from) ?? -1)) + 1);
  const rows = Array.from({ length: Math.max(0, ...depth.values()) + 1 }, (_, d) => layers.filter(({ name }) => depth.get(name) === d));
  const widest = Math.max(...rows.map((row) => row.length));
  const width = widest * (box.width + gap.x) - gap.x + 2 * edge;
  const height = rows.length * (box.height + gap.y) - gap.y + 2 * edge;
  const at = new Map<string, { x: number; y: number }>();
  rows.forEach((row, d) => {
    const left = (width - (row.length * (box.width + gap.x) - gap.x)) / 2;
    row.forEach(({ name }, i) => at.set(name, { x: left + i * (box.width + gap.x), y: edge + d * (box.height + gap.y) }));
  });
  const edges = layers.flatMap(({ name, reads }) => reads.flatMap((from) => {
    const [a, b] = [at.get(from), at.get(name)!];
    if (!a) return [];
    const [x0, y0, x1, y1] = [a.x + box.width / 2, a.y + box.height, b.x + box.width / 2, b.y];
    // One that passes other layers goes round them on the outside.
    const aside = y1 - y0 > gap.y && x0 === x1 ? box.width / 2 + 10 : 0;
    const path = aside === 0 ? `M${x0},${y0}C${x0},${y0 + gap.y} ${x1},${y1 - gap.y} ${x1},${y1 - 3}`
      : `M${x0 + 30},${y0}C${x0 + aside},${y0 + gap.y} ${x0 + aside},${y0 + gap.y} ${x0 + aside},${(y0 + y1) / 2}S${x0 + aside},${y1 - gap.y} ${x1 + 30},${y1 - 3}`;
    return [shape('path', { d: path, class: 'edge', 'marker-end': 'url(#arrow)' })];
  }));
  const boxes = layers.map((layer) => {
    const { x, y } = at.get(layer.name)!;
    const link = linkOf(layer);
    const drawn = shape('g', { class: link === null ? 'layer' : 'layer recurrent' },
      shape('title', {}, `${layer.name}: ${layer.kind}`),
      shape('rect', { x, y, width: box.width, height: box.height, rx: 5 }),
      shape('text', { x: x + box.width / 2, y: y + 14, class: 'name' }, shorten(layer.name, box.width - 12, 11.5, 600)),
      shape('text', { x: x + box.width / 2, y: y + 27 }, shorten(layer.kind, box.width - 12, 10)));
    return link === null ? drawn : shape('a', { href: link }, drawn);
  });
  return element('div', { class: 'graph', tabindex: 0, role: 'group', 'aria-label': 'Graph of the model; the table says the same' },
    shape('svg', { viewBox: `0 0 ${width} ${height}`, width, height },
      shape('defs', {}, shape('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 6, refY: 4, markerWidth: 6, markerHeight: 6, orient: 'auto' }, shape('path', { d: 'M0,0L8,4L0,8z', class: 'head' }))),
      ...edges, ...boxes));
}
