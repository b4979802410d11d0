import { button, element } from './dom.js';
import type { Chosen, Sheet } from './sheet.js';
import { View, type Surroundings } from './view.js';

/** Shows a sheet, or one panel of it, by itself; Escape, the button and a click beside it close it. */
export function enlarge(sheet: Sheet, panel: number | null, chosen: Chosen, around: Surroundings): void {
  const opener = document.activeElement;
  const view = new View(sheet, around, { panel, chosen });
  const dialog: HTMLDialogElement = element('dialog', { 'aria-label': sheet.heading }, button('Close', () => { dialog.close(); }, { class: 'close' }), view.root);
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => {
    view.end();
    dialog.remove();
    if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  view.root.querySelector<HTMLElement>('.plot')!.focus();
}
