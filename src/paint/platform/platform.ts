import type { Figure } from '../../figures/figure.js';

/** What differs between Node and a browser. `#platform` in package.json leads to the one that fits. */
export interface Platform {
  /** Makes the figures' font ready to draw with. */
  loadFonts(): Promise<void>;
  png(figure: Figure): Promise<Uint8Array>;
  pdf(figure: Figure): Promise<Uint8Array>;
  /** Stores bytes, in one piece or several, under a name: a file in Node, a download in a browser. Nothing half-written is left. */
  save(path: string, bytes: Uint8Array | Iterable<Uint8Array>, type: string): Promise<void>;
}
