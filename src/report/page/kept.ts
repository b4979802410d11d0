import type { Sequence } from '../content.js';

/** What a figure was drawn from, kept from one drawing to the next, so that what was worked out of it isn't worked out again. */
export class Kept {
  private before = new Map<string, unknown>();
  private now = new Map<string, unknown>();
  private of: Sequence | null = null;

  /** Begins another drawing, of this: what the last one didn't use is forgotten. */
  begin(sequence: Sequence): void {
    [this.before, this.now] = [this.of === sequence ? this.now : new Map<string, unknown>(), new Map<string, unknown>()];
    this.of = sequence;
  }

  /** What goes by a name, made where there is nothing; a name always means the same kind of thing. */
  get<T>(name: string, make: () => T): T {
    const known = this.before.get(name) ?? this.now.get(name) ?? make();
    this.now.set(name, known);
    return known as T;
  }

  clear(): void {
    [this.before, this.now, this.of] = [new Map(), new Map(), null];
  }
}
