import type { Example } from '../examples/example.js';
import type { ShownExample } from '../examples/page.js';
import type { Progress, Watcher } from '../examples/run.js';
import { Bar } from './bar.js';
import type { Output } from './command.js';

/**
 * Says how the examples go: on a terminal a bar for each, with the iteration, the loss and the time that is left; elsewhere
 * a plain line where it begins and one where it ends.
 */
export class TrainingProgress implements Watcher {
  private readonly bar: Bar | null;
  private name = '';
  private begun = { at: 0, done: 0 };
  private drawn = 0;

  constructor(private readonly output: Output, private readonly now: () => number = () => performance.now()) {
    this.bar = output.columns === undefined ? null : new Bar(output, now, longestWords);
  }

  begins({ number, title }: Example, progress: Progress): void {
    this.name = `${number}. ${title}`;
    this.begun = { at: this.now(), done: progress.done };
    const { done, total } = progress;
    if (this.bar !== null) {
      if (total > 0) this.draw(progress); // a model that comes trained is looked at within a moment
      return;
    }
    if (total === 0) {
      this.output.write(`${this.name}: the model comes trained\n`);
      return;
    }
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
    const line = `${this.name}: ${iterations === 0 ? '' : `${iterations} iterations, `}loss ${loss}, ${figures.length} figure${figures.length === 1 ? '' : 's'}, ${seconds.toFixed(1)} s`;
    if (this.bar === null) this.output.write(`${line}\n`);
    else this.bar.end(line);
  }

  private draw({ done, total, loss }: Progress): void {
    this.drawn = this.now();
    this.bar!.draw({ name: this.name, done, total, begun: this.begun, also: Number.isNaN(loss) ? '' : `loss ${loss.toPrecision(3)}`, last: 'drawing' });
  }
}

/** `100/750  loss 0.000647  16 min 40 s left`, and spaces. */
const longestWords = 46;
