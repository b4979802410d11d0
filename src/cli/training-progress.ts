import { createLogUpdate } from 'log-update';
import type { Example } from '../examples/example.js';
import type { ShownExample } from '../examples/page.js';
import type { Progress, Watcher } from '../examples/run.js';
import type { Output } from './command.js';

/**
 * Says how the examples go: on a terminal a bar for each, with the iteration, the loss and the time that is left; elsewhere
 * a plain line where it begins and one where it ends.
 */
export class TrainingProgress implements Watcher {
  private readonly bar: ReturnType<typeof createLogUpdate> | null;
  private name = '';
  private begun = { at: 0, done: 0 };
  private drawn = 0;

  constructor(private readonly output: Output, private readonly now: () => number = () => performance.now()) {
    // The stream is only written to, and its width asked for.
    this.bar = output.columns === undefined ? null : createLogUpdate(output as NodeJS.WritableStream, { showCursor: true });
  }

  begins({ number, title }: Example, progress: Progress): void {
    this.name = `${number}. ${title}`;
    this.begun = { at: this.now(), done: progress.done };
    if (this.bar !== null) {
      this.draw(progress);
      return;
    }
    const { done, total } = progress;
    const how = done === total ? `trained already for ${total} iterations` : `training for ${total} iterations${done > 0 ? `, of which ${done} are done already` : ''}`;
    this.output.write(`${this.name}: ${how}\n`);
  }

  trained(progress: Progress): void {
    if (this.bar === null) return;
    // A terminal is slow, and nobody reads more than ten lines a second.
    if (progress.done < progress.total && this.now() - this.drawn < 100) return;
    this.draw(progress);
  }

  ends({ iterations, models, figures, seconds }: ShownExample): void {
    const loss = models.map((model) => model.loss.toPrecision(3)).join(', ');
    const line = `${this.name}: ${iterations} iterations, loss ${loss}, ${figures.length} figure${figures.length === 1 ? '' : 's'}, ${seconds.toFixed(1)} s`;
    if (this.bar === null) {
      this.output.write(`${line}\n`);
    } else {
      this.bar.persist(line);
      this.bar.done();
    }
  }

  private draw({ done, total, loss }: Progress): void {
    this.drawn = this.now();
    const trained = done - this.begun.done;
    const left = trained === 0 ? '' : done === total ? 'drawing' : `${duration(((this.drawn - this.begun.at) / trained) * (total - done))} left`;
    const figures = [`${done}/${total}`, Number.isNaN(loss) ? '' : `loss ${loss.toPrecision(3)}`, left].filter((text) => text !== '').join('  ');
    const width = Math.min(24, (this.output.columns ?? 80) - this.name.length - longestFigures);
    const full = Math.round((width * done) / total);
    const bar = width < 5 ? '' : `${'\u2588'.repeat(full)}${'\u2591'.repeat(width - full)}  `;
    this.bar!(`${this.name}  ${bar}${figures}`);
  }
}

/** The words behind the bar, at their longest: `100/750  loss 0.000647  16 min 40 s left`, and spaces. */
const longestFigures = 46;

/** `8 s`, `2 min 05 s`. */
function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
