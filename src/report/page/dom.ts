import { printable } from '../../core/printable.js';

type Attribute = string | number | boolean | null | undefined;

/**
 * An element with attributes and children. Texts become text nodes: nothing that a file holds is ever read as HTML; and control
 * characters in them are shown, so that none turns a line's direction. An attribute that is true has no value, one that is false, null
 * or undefined is left out.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name, attributes: Readonly<Record<string, Attribute>> = {}, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  setAttributes(made, attributes);
  made.append(...children.map((child) => (typeof child === 'string' ? printable(child) : child)));
  return made;
}

/** The same of SVG. */
export function shape<Name extends keyof SVGElementTagNameMap>(
  name: Name, attributes: Readonly<Record<string, Attribute>> = {}, ...children: readonly (Node | string)[]
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  setAttributes(made, attributes);
  made.append(...children.map((child) => (typeof child === 'string' ? printable(child) : child)));
  return made;
}

function setAttributes(to: Element, attributes: Readonly<Record<string, Attribute>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) to.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) to.setAttribute(name, printable(String(value)));
  }
}

/** Changes an element's text, if it is another: or the page would be laid out anew. */
export function setText(of: Element, text: string): void {
  const shown = printable(text);
  if (of.textContent !== shown) of.textContent = shown;
}

export function button(label: string, act: () => void, attributes: Readonly<Record<string, Attribute>> = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', act);
  return made;
}

export interface Option { readonly value: string; readonly text: string }

/** A choice from a list, with its name before it. */
export function chooser(label: string, options: readonly Option[], value: string, chosen: (value: string) => void): HTMLLabelElement {
  const select = element('select', {}, ...options.map((one) => element('option', { value: one.value, selected: one.value === value }, one.text)));
  select.addEventListener('change', () => { chosen(select.value); });
  return element('label', { class: 'choice' }, element('span', {}, label), select);
}

/** A table in a box that can be scrolled, by the keyboard too. */
export function table(label: string, head: readonly string[], rows: readonly (readonly (string | Node)[])[]): HTMLElement {
  return element('div', { class: 'table', tabindex: 0, role: 'group', 'aria-label': label }, element('table', {},
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...rows.map(([first, ...others]) => element('tr', {}, element('th', { scope: 'row' }, first ?? ''), ...others.map((cell) => element('td', {}, cell))))),
  ));
}
