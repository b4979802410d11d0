import type { Numbers } from '../../core/array.js';
import { readNpy } from '../../files/npy.js';
import { fromBase64 } from '../base64.js';

/** What is asked for is still being read: the page begins before it is whole. */
export class NotYet extends Error {
  constructor(
    /** Resolves when it has been read. */
    readonly read: Promise<void>,
  ) {
    super('still being read');
  }
}

/** How long the page may be kept from answering at a time, in milliseconds. */
const SLICE = 8;
/** How often is looked whether more of the page is there, in milliseconds. */
const PATIENCE = 15;

/**
 * The page's arrays. What stood before its script is read when it is asked for; what comes after it is read as it comes in, a piece at
 * a time. The elements that held them are taken out.
 */
export class Blocks {
  private readonly held = new Map<number, Numbers>();
  /** Resolves when everything has been read. */
  readonly whole: Promise<void>;
  private readonly reading = new Map<number, { readonly done: Promise<void>; readonly end: () => void }>();

  /** @param sizes how many bytes each array has as a `.npy` file */
  constructor(private readonly sizes: readonly number[]) {
    const later = sizes.flatMap((_, block) => (document.getElementById(idOf(block, 0)) === null ? [block] : []));
    for (const block of later) {
      let end = (): void => undefined;
      const done = new Promise<void>((resolve) => { end = resolve; });
      this.reading.set(block, { done, end });
    }
    this.whole = this.readAll(later);
  }

  /** @throws NotYet where it is still being read */
  numbers(block: number): Numbers {
    const held = this.held.get(block);
    if (held) return held;
    const reading = this.reading.get(block);
    if (reading) throw new NotYet(reading.done);
    return this.keep(block, fromBase64(taken(idOf(block, 0))));
  }

  private keep(block: number, bytes: Uint8Array): Numbers {
    const { data } = readNpy(bytes, `array ${block} of the page`);
    this.held.set(block, data);
    return data;
  }

  private async readAll(blocks: readonly number[]): Promise<void> {
    let since = performance.now();
    const rest = async (time: number): Promise<void> => {
      await new Promise((next) => { setTimeout(next, time); });
      since = performance.now();
    };
    for (const block of blocks) {
      const bytes = new Uint8Array(this.sizes[block]!);
      for (let at = 0, part = 0; at < bytes.length; part++) {
        while (!isThere(idOf(block, part))) await rest(PATIENCE);
        const piece = fromBase64(taken(idOf(block, part)));
        bytes.set(piece, at);
        at += piece.length;
        if (performance.now() - since > SLICE) await rest(0);
      }
      this.keep(block, bytes);
      const { end } = this.reading.get(block)!;
      this.reading.delete(block);
      end();
    }
  }
}

const idOf = (block: number, part: number): string => `array-${block}-${part}`;

/** Whether an element is there with all that it holds: then something follows it, or the page is whole. */
const isThere = (id: string): boolean => document.readyState !== 'loading' || Boolean(document.getElementById(id)?.nextElementSibling);

/** The text of an element of the page that holds data. It is taken out, since nobody else needs it. */
export function taken(id: string): string {
  const holder = document.getElementById(id);
  if (holder === null) throw new Error(`the page is not whole: '${id}' is missing`);
  const text = holder.textContent;
  holder.remove();
  return text;
}
