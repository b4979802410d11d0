import type { ColorMapName } from '../../figures/figure.js';
import type { ReportContent } from '../content.js';
import { button, chooser, element } from './dom.js';
import { readPicks, writePicks } from './picks.js';
import type { ColorRange, NormName, State, Store } from './state.js';

interface MapOption { readonly value: ColorMapName; readonly text: string }

const darkScreen = matchMedia('(prefers-color-scheme: dark)');

/** How many samples can be picked from: as many as the arrays of layers have. */
const samplesIn = ({ layers }: ReportContent): number => Math.max(1, ...layers.flatMap(({ sequences }) => sequences.map(({ array }) => array.shape[0]!)));

/** What is shown first: all samples, and colours that a few large values don't pale. */
export const initialState = (content: ReportContent): State => ({
  samples: Array.from({ length: samplesIn(content) }, (_, i) => i), range: 'most', colors: 'bwr', gateColors: 'viridis', norm: 'L2', stretches: new Map(), pointed: null, dark: darkScreen.matches,
});

/** All of them can be told apart with every kind of colour vision. */
const diverging: readonly MapOption[] = [{ value: 'bwr', text: 'blue–red' }, { value: 'RdBu', text: 'blue–red, muted' }];
const sequential: readonly MapOption[] = [{ value: 'viridis', text: 'viridis' }, { value: 'greys', text: 'greys' }];

const norms: readonly { readonly value: NormName; readonly text: string }[] = [
  { value: 'L2', text: 'L2' }, { value: 'L1', text: 'L1' }, { value: 'maximum', text: 'maximum' },
];

/** What can be chosen for all figures. */
export function controls(content: ReportContent, store: Store): HTMLElement {
  return element('div', { class: 'controls', role: 'group', 'aria-label': 'Settings of all figures' },
    samples(samplesIn(content), store),
    titled('How the units of a step become one number, where gradients are shown against time: L2, the Euclidean norm; L1, the sum of absolute values; or the largest of these', chooser('Norm', norms, store.state.norm, (norm) => { store.change({ norm: norm as NormName }); })),
    titled('Of heatmaps whose values lie about zero: gradients, states, weights', chooser('Colours', [...diverging, ...sequential], store.state.colors, (colors) => { store.change({ colors: colors as ColorMapName }); })),
    range(store),
    titled('Of heatmaps of gates, which lie between 0 and 1', chooser('Gates’ colours', [...sequential, ...diverging], store.state.gateColors, (colors) => { store.change({ gateColors: colors as ColorMapName }); })),
    theme(store));
}

function titled(title: string, of: HTMLElement): HTMLElement {
  of.title = title;
  return of;
}

function samples(count: number, store: Store): HTMLElement {
  const wrong = element('span', { class: 'wrong', role: 'alert' });
  const field = element('input', { type: 'text', size: 6, autocomplete: 'off', spellcheck: 'false', title: 'Samples, e.g. 0-3, 8' });
  const pick = (picked: readonly number[]): void => {
    store.change({ samples: picked });
    field.value = writePicks(picked, count);
    wrong.textContent = '';
    field.removeAttribute('aria-invalid');
  };
  field.addEventListener('change', () => {
    const picked = readPicks(field.value, count);
    if (typeof picked !== 'string') pick(picked);
    else {
      wrong.textContent = picked;
      field.setAttribute('aria-invalid', 'true');
    }
  });
  /** The one sample after those that are picked, or before. */
  const step = (by: 1 | -1): void => {
    const { samples: now } = store.state;
    const from = now.length === count ? (by === 1 ? -1 : count) : by === 1 ? now.at(-1)! : now[0]!;
    pick([(from + by + count) % count]);
  };
  field.value = writePicks(store.state.samples, count);
  return element('div', { class: 'choice', role: 'group', 'aria-label': 'Samples' },
    element('label', { class: 'choice' }, element('span', {}, 'Samples'), field),
    ...(count < 2 ? [] : [button('‹', () => { step(-1); }, { 'aria-label': 'The sample before', title: 'The sample before' }), button('›', () => { step(1); }, { 'aria-label': 'The next sample', title: 'The next sample' }), button('All', () => { pick(Array.from({ length: count }, (_, i) => i)); }, { 'aria-label': 'All samples' })]),
    wrong);
}

/** Which values the ends of the colours stand for. */
function range(store: Store): HTMLElement {
  const field = element('input', { type: 'text', inputmode: 'decimal', size: 6, 'aria-label': 'The value at the ends of the colours', hidden: true });
  const set = (): void => {
    const size = Number(field.value);
    const right = field.value.trim() !== '' && size > 0 && Number.isFinite(size);
    field.setAttribute('aria-invalid', String(!right));
    if (right) store.change({ range: size });
  };
  field.addEventListener('change', set);
  const select = chooser('Colours’ ends', [
    { value: 'most', text: '99% of values' }, { value: 'all', text: 'largest value' }, { value: 'each', text: 'each panel’s' }, { value: 'number', text: '± a number' },
  ], String(store.state.range), (value) => {
    field.hidden = value !== 'number';
    if (value !== 'number') store.change({ range: value as ColorRange });
    else {
      field.focus();
      if (field.value !== '') set();
    }
  });
  return element('div', { class: 'choice' }, select, field);
}

function theme(store: Store): HTMLElement {
  let wanted = 'auto';
  const apply = (): void => {
    const dark = wanted === 'auto' ? darkScreen.matches : wanted === 'dark';
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
    if (dark !== store.state.dark) store.change({ dark });
  };
  darkScreen.addEventListener('change', apply);
  apply();
  return chooser('Page', [{ value: 'auto', text: 'system' }, { value: 'light', text: 'light' }, { value: 'dark', text: 'dark' }], 'auto', (value) => {
    wanted = value;
    apply();
  });
}
