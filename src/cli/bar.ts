import { createLogUpdate } from 'log-update';
import type { Output } from './command.js';

/** How far something has come, as a bar shows it. */
export interface BarState {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  /** Where it began: done then, and when (milliseconds). */
  readonly begun: { readonly at: number; readonly done: number };
  /** What else is known, e.g. `loss 0.0123`. */
  readonly also?: string;
  /** What is being done once all of it is. */
  readonly last?: string;
}

/** A line on a terminal that is written anew as something goes on. */
export class Bar {
  private readonly line: ReturnType<typeof createLogUpdate>;

  /** @param room how many characters the words behind the bar take at their longest */
  constructor(private readonly output: Output, private readonly now: () => number, private readonly room: number) {
    // The stream is only written to, and its width asked for.
    this.line = createLogUpdate(output as NodeJS.WritableStream, { showCursor: true });
  }

  draw({ name, done, total, begun, also = '', last = '' }: BarState): void {
    const since = done - begun.done;
    const left = since === 0 ? '' : done === total ? last : `${duration(((this.now() - begun.at) / since) * (total - done))} left`;
    const words = [`${done}/${total}`, also, left].filter((text) => text !== '').join('  ');
    const width = Math.min(24, (this.output.columns ?? 80) - name.length - this.room);
    const full = Math.round((width * done) / total);
    const bar = width < 5 ? '' : `${'\u2588'.repeat(full)}${'\u2591'.repeat(width - full)}  `;
    this.line(`${name}  ${bar}${words}`);
  }

  /** Puts a line in the bar's place, for good. */
  end(line: string): void {
    this.line.persist(line);
    this.line.done();
  }

  /** Takes the bar away. */
  clear(): void {
    this.line.clear();
    this.line.done();
  }
}

/** `8 s`, `2 min 05 s`. */
function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
