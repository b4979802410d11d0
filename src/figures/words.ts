import { counted, indexed, type Dimension, type DimensionName } from './dimensions.js';
import type { Header, Legend } from './header.js';
import { shortNumber } from './numbers.js';
import { missingText, type Summary } from './statistics.js';

/** What the values are: at the start of a title (`Gradients`), within one (`gradients`) and as the name of an axis (`gradient`). */
export interface Quantity { readonly heading: string; readonly many: string; readonly name: string }

/** What the values are, as far as the title and `valueName` tell. */
export function quantityOf({ title, valueName }: { readonly title: string; readonly valueName: string }): Quantity {
  const known: Readonly<Record<string, Quantity>> = {
    grads: { heading: 'Gradients', many: 'gradients', name: 'gradient' },
    outputs: { heading: 'Outputs', many: 'outputs', name: 'output' },
  };
  const said = known[title];
  if (valueName === 'auto') return said ?? { heading: 'Values', many: 'values', name: 'value' };
  return { heading: said?.heading ?? valueName, many: said?.many ?? valueName, name: valueName };
}

interface HeaderParts {
  readonly options: { readonly title: string; readonly subtitle: boolean };
  /** Our own title, for where the caller has none. */
  readonly heading: string;
  /** The parts of the subtitle. Empty ones are left out. */
  readonly layout: readonly string[];
  readonly summary: Pick<Summary, 'nan' | 'inf'>;
  /** How missing values are drawn, after their count. */
  readonly missingAs?: string;
  readonly legend?: Legend | null;
}

/** The header that the options ask for. What is missing is said under every title, the caller's own too. */
export function headerFor({ options, heading, layout, summary, missingAs = '', legend = null }: HeaderParts): Header {
  const { title } = options;
  if (title === 'none') return { title: '', subtitle: '', alert: '', legend };
  const missing = missingText(summary);
  return {
    title: ['auto', 'grads', 'outputs', 'generic'].includes(title) ? heading : title,
    subtitle: options.subtitle ? layout.filter((part) => part !== '').join(' \u00b7 ') : '',
    alert: missing === '' ? '' : missing + missingAs,
    legend,
  };
}

/** `one panel per unit (6)`, or for a single one just that there is one. */
export function onePer(mark: string, { size, name }: Dimension): string {
  return size === 1 ? counted(1, name) : `one ${mark} per ${name.one} (${size.toLocaleString('en')})`;
}

/** The names of panels that `annotations` asks for, in full and short. */
export function labelsFor(annotations: readonly string[] | 'auto' | 'none', count: number, name: DimensionName | null): { label: string; shortLabel: string }[] {
  return Array.from({ length: count }, (_, i) => {
    if (annotations === 'none' || (annotations === 'auto' && name === null)) return { label: '', shortLabel: '' };
    if (annotations === 'auto') return { label: indexed(i, name!), shortLabel: String(i) };
    return { label: annotations[i] ?? '', shortLabel: annotations[i] ?? '' };
  });
}

/** What the values reach, and what is missing, as a sentence. */
export function rangeSentence(summary: Summary): string {
  const missing = missingText(summary);
  const range = summary.finite === 0 ? 'No value is finite' : `Values go from ${shortNumber(summary.min)} to ${shortNumber(summary.max)}`;
  return `${range}${missing === '' ? '' : `; ${missing}`}.`;
}
