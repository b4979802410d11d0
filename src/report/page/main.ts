import { platform } from '#platform';
import type { ReportContent } from '../content.js';
import { unpack } from '../pack.js';
import { Blocks, taken } from './blocks.js';
import { controls, initialState } from './controls.js';
import { element } from './dom.js';
import { enlarge } from './enlarge.js';
import { forwardSection, layerSection } from './layers.js';
import { modelSection } from './model.js';
import { Slices } from './slices.js';
import { Store } from './state.js';
import { verdictSection } from './verdict.js';
import type { Surroundings } from './view.js';
import { Views } from './views.js';

const blocks = new Blocks(JSON.parse(taken('sizes')) as number[]);
blocks.whole.catch(reportError);
const content = unpack(taken('content'), (block) => blocks.numbers(block)) as ReportContent;
const main = document.querySelector('main')!;
const { analysis, model, layers, title, notes, version } = content;
/** A file's name without its folders, which are nobody's business but the writer's. */
const fileOf = (path: string): string => path.replace(/^.*[/\\]/, '');
const anchor = (i: number): string => `layer-${i}`;

// What needs no arrays is there at once, while the rest of the page is still being read.
main.replaceChildren(
  element('header', {}, element('h1', {}, title), element('p', { class: 'quiet' }, `${model.file === null ? '' : `${fileOf(model.file)} · `}${analysis.samples} sample${analysis.samples === 1 ? '' : 's'} · loss ${analysis.loss.toPrecision(5)} · See RNN ${version}`)),
  verdictSection(analysis.verdict, 'Verdict', 'h2'),
  ...(notes.length === 0 ? [] : [element('ul', { class: 'notes' }, ...notes.map((note) => element('li', {}, note)))]),
  element('nav', { 'aria-label': 'Layers' }, element('ul', {}, element('li', {}, element('a', { href: '#model' }, 'Model')), ...layers.map(({ name }, i) => element('li', {}, element('a', { href: `#${anchor(i)}` }, name))))),
  element('p', { class: 'help' }, 'Point at a figure to read values; drag across it to zoom in on a stretch, in all figures of that axis, or hold Ctrl and turn the wheel; click a panel to enlarge it. By keyboard: arrows, Page Up and Down, plus, minus and 0, Enter. Grey cells, and shaded stretches behind lines: not a number, or infinite.'),
  modelSection(model, layers.map(({ name }) => name), anchor),
);

/** What is jumped to comes to lie below the bar, where that stays in sight; it has one row, or more on a narrow page. */
function keepClear(bar: HTMLElement): void {
  new ResizeObserver(() => {
    const hidden = getComputedStyle(bar).position === 'sticky' ? bar.offsetHeight + 12 : 0;
    document.documentElement.style.scrollPaddingTop = `${hidden}px`;
  }).observe(bar);
}

async function show(): Promise<void> {
  await platform.loadFonts();
  const store = new Store(initialState(content));
  const views = new Views();
  const around: Surroundings = { store, slices: new Slices(), views, whole: blocks.whole, enlarge: (sheet, panel, chosen) => { enlarge(sheet, panel, chosen, around); } };
  const bar = controls(content, store);
  main.before(bar);
  keepClear(bar);
  const forward = forwardSection(analysis, around);
  if (forward) main.append(forward);
  let placed = await views.reserve();
  // One after another, so that the page answers in between.
  for (const [i, layer] of layers.entries()) {
    main.append(layerSection(layer, content, anchor(i), around));
    await new Promise((next) => { setTimeout(next); });
    placed = await views.reserve(placed);
  }
  document.documentElement.dataset['ready'] = '';
  if (location.hash !== '') document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

show().catch(reportError);
