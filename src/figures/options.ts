import { option, type OptionSpec, type OptionValues } from '../core/options.js';
import { hex } from './palette.js';

/** What a caller gives for a table of options: any of them, or none. */
export type Given<S> = { readonly [K in keyof S]?: OptionValues<S>[K] | undefined };

/** Two numbers, the smaller first. */
export type Range = readonly [number, number];

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' or ');
const asText = (text: string): string => text;
/** A command line's `a,b,c`; commas inside brackets, as in `rgb(1, 2, 3)`, don't separate. */
const asList = (text: string): string[] => text.split(/,(?![^(]*\))/).map((part) => part.trim());

/** A pair of numbers, or one of a few words. On the command line: `-0.01,0.01`. */
function range<const W extends string>(help: string, words: readonly W[], initial: W): OptionSpec<Range | W> {
  return {
    help, form: `min,max with min below max, or ${quoted(words)}`, default: initial,
    read: (value) => {
      if (words.includes(value as W)) return value as W;
      if (!Array.isArray(value) || value.length !== 2) return undefined;
      const [low, high] = value as unknown[];
      return Number.isFinite(low) && Number.isFinite(high) && (low as number) < (high as number) ? [low as number, high as number] : undefined;
    },
    parse: (text) => (words.includes(text as W) ? text : asList(text.replace(/^\[(.*)\]$/, '$1')).map((part) => (part === '' ? NaN : Number(part)))),
  };
}

/** A whole number, or a word. */
function whole<const W extends string>(help: string, word: W, least = 1): OptionSpec<number | W> {
  return {
    help, form: `a whole number of at least ${least}, or '${word}'`, default: word,
    read: (value) => (value === word || (Number.isInteger(value) && (value as number) >= least) ? (value as number | W) : undefined),
  };
}

/** A list of texts, or one of a few words. On the command line: `a,b,c`. */
function texts<const W extends string>(help: string, words: readonly W[], initial: W): OptionSpec<readonly string[] | W> {
  return {
    help, form: `a list of texts, or ${quoted(words)}`, default: initial,
    read: (value) => {
      if (words.includes(value as W)) return value as W;
      return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? (value as string[]) : undefined;
    },
    parse: (text) => (words.includes(text as W) ? text : asList(text)),
  };
}

/** One CSS colour or a list of them, or 'auto'. They are read into `#rrggbb`. */
function colorList(help: string): OptionSpec<string | readonly string[]> {
  return {
    help, form: "a CSS colour, a list of them, or 'auto'", default: 'auto',
    read: (value) => {
      if (value === 'auto') return value;
      const list = (Array.isArray(value) ? value : [value]).map((entry: unknown) => hex(entry));
      return list.length > 0 && list.every((entry) => entry !== undefined) ? list : undefined;
    },
    parse: (text) => (text === 'auto' ? text : asList(text)),
  };
}

function text(help: string, form: string, initial: string): OptionSpec<string> {
  return { help, form, default: initial, read: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined), parse: asText };
}

function color(help: string, initial: string): OptionSpec<string> {
  return { help, form: 'a CSS colour', default: initial, read: hex, parse: asText };
}

const within = (low: number, high: number) => (value: number): boolean => value >= low && value <= high;
const scale = (help: string): OptionSpec<number> => option.number(help, 1, within(0.1, 10), 'a number between 0.1 and 10');

/** Another default for the same option. */
const startingAt = <T>(spec: OptionSpec<T>, initial: T): OptionSpec<T> => ({ ...spec, default: initial });

/** A table of options without some of them. */
export const without = <S extends object, K extends keyof S>(specs: S, ...names: readonly K[]): Omit<S, K> =>
  Object.fromEntries(Object.entries(specs).filter(([name]) => !names.includes(name as K))) as Omit<S, K>;

export const form = { range, whole, texts, colorList, text, color, startingAt };

const borders = option.choice('edges drawn around each panel: the whole frame, the left and bottom axes, or none', ['frame', 'axes', 'none'], 'axes');

/** Options of every figure. */
export const commonOptions = {
  title: text("title; 'auto', 'grads', 'outputs' and 'generic' say what the data are, any other text stands as it is, and 'none' leaves out the subtitle too",
    "'auto', 'grads', 'outputs', 'generic', 'none' or a text of your own", 'auto'),
  subtitle: option.flag('a line under the title that says what each panel, line and colour stands for', true),
  valueName: text("what the values are, for the axis or colour bar that shows them; 'auto' takes it from the title: gradient, output or value", "a text, or 'auto'", 'auto'),
  axes: texts("names of the data's dimensions in order, e.g. samples,timesteps,units; 'auto' takes those that the data bring", ['auto'], 'auto'),
  ticks: option.choice('which axes have tick marks and numbers', ['both', 'x', 'y', 'none'], 'both'),
  borders,
  borderWidth: option.number('width of borders and tick marks, in pixels', 0.75, (v) => v > 0 && v <= 10, 'a number above 0, of at most 10'),
  borderColor: color('colour of borders and tick marks', '#b2b2b2'),
  widthScale: scale("width of the figure, as a multiple of the usual one; words and numbers keep their size"),
  heightScale: scale('height of the panels, as a multiple of the usual one; words and numbers keep their size'),
  dpi: option.number('dots per inch of a PNG; 96 is one dot a pixel', 192, within(24, 1200), 'a number between 24 and 1200'),
};

const share = ['all', 'row', 'column', 'none'] as const;

/** Options of every figure that is a grid of panels. */
export const gridOptions = {
  rows: whole("rows of panels; 'auto' makes the grid about as wide as high", 'auto'),
  shareX: option.choice('panels that have their x axis in common; its numbers then stand below the lowest of them only', share, 'all'),
  shareY: option.choice('panels that have their y axis in common; its numbers then stand left of the leftmost of them only', share, 'all'),
  annotations: texts("names above the panels; 'auto' numbers them", ['auto', 'none'], 'auto'),
  tight: option.flag('no space between panels, but for their names', false),
};

/** Options of figures that have timesteps. */
export const timeOptions = {
  maxTimesteps: whole('only the first so many timesteps', 'all'),
};

/** Options of figures that draw values along a y axis. */
export const lineOptions = {
  yZeroLine: option.flag('a thin line at zero', true),
  yLimits: range("range of the y axis; 'auto' is symmetric about zero, 'none' is that of the values", ['auto', 'none'], 'none'),
  colors: colorList('colours in drawing order, repeated as needed'),
  legend: option.flag('a key to the colours, where they differ', true),
};
