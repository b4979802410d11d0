import type { View } from './view.js';

/** How long the page may be kept from answering at a time, in milliseconds. */
const SLICE = 10;
/** How many pixels all pictures of a printed page may have together: with what is marked on them they take eight bytes each. */
const PRINTED = 48e6;
/** Device pixels to a pixel at which a printed figure can still be read. */
const COARSEST = 0.5;

/** All figures that stand on the page, from its top to its end. */
export class Views {
  private readonly all: View[] = [];
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    // Each tells of printing in some browsers only.
    addEventListener('beforeprint', () => { this.print(); });
    addEventListener('afterprint', () => { this.endPrint(); });
    matchMedia('print').addEventListener('change', ({ matches }) => {
      if (matches) this.print();
      else this.endPrint();
    });
  }

  add(view: View): void { this.all.push(view); }

  /** Gives figures from one on, by its number, the heights that they will have. Returns how many figures there are. */
  async reserve(from = 0): Promise<number> {
    let since = performance.now();
    for (const view of this.all.slice(from)) {
      if (performance.now() - since > SLICE) {
        await new Promise((next) => { setTimeout(next); });
        since = performance.now();
      }
      view.reserve();
    }
    return this.all.length;
  }

  /** The same when the window's width has come to rest. */
  reserveSoon(): void {
    clearTimeout(this.later);
    this.later = setTimeout(() => { this.reserve().catch(reportError); }, 150);
  }

  /** Draws what is out of sight too: coarser where there is a lot of it, and of hundreds of figures the first. */
  private print(): void {
    const scale = Math.max(COARSEST, Math.min(2, Math.sqrt(PRINTED / this.all.reduce((sum, { area }) => sum + area, 0))));
    let left = PRINTED;
    for (const view of this.all) {
      left -= view.area * scale ** 2;
      if (left < -1) return;
      view.print(scale);
    }
  }

  private endPrint(): void {
    for (const view of this.all) view.endPrint();
  }
}
