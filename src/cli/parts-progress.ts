import { Bar } from './bar.js';
import type { Output } from './command.js';

/** Shows on a terminal how many samples are done, where they run in parts; elsewhere nothing, so that a log holds only what went wrong. */
export class PartsProgress {
  private readonly bar: Bar | null;
  private readonly begun: number;
  private drawn = -Infinity;

  constructor(output: Output, private readonly name: string, private readonly now: () => number = () => performance.now()) {
    this.bar = output.columns === undefined ? null : new Bar(output, now, longestWords);
    this.begun = now();
  }

  report(done: number, samples: number): void {
    // A terminal is slow, and nobody reads more than ten lines a second.
    if (this.bar === null || (done < samples && this.now() - this.drawn < 100)) return;
    this.drawn = this.now();
    this.bar.draw({ name: this.name, done, total: samples, begun: { at: this.begun, done: 0 } });
  }

  /** Takes the bar away, whether all was done or not. */
  end(): void { this.bar?.clear(); }
}

/** `1000000/7500000  16 min 40 s left`, and spaces. */
const longestWords = 38;
