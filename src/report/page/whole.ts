/** What is asked for is still being read: the page begins before it is whole. */
export class NotYet extends Error {}

/** Resolves when the page is whole. */
export const whole: Promise<void> = document.readyState === 'loading'
  ? new Promise((resolve) => { document.addEventListener('DOMContentLoaded', () => { resolve(); }, { once: true }); })
  : Promise.resolve();

/**
 * The text of an element of the page that holds data. It is taken out, since nobody else needs it.
 *
 * @throws NotYet where it is still to come
 */
export function taken(id: string): string {
  const holder = document.getElementById(id);
  // Its end is there when something follows it, or when the page is whole.
  if (document.readyState === 'loading' && !holder?.nextElementSibling) throw new NotYet(`'${id}' is still to come`);
  if (holder === null) throw new Error(`the page is not whole: '${id}' is missing`);
  const text = holder.textContent;
  holder.remove();
  return text;
}
