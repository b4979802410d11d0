import { platform } from '#platform';
import { option, readOptions, type OptionSpec } from '../core/options.js';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { analyseRun, type AnalyseOptions } from '../measure/analyse.js';
import { subjectOf, type Subject } from '../measure/subject.js';
import { asModel } from '../model/as-model.js';
import { collect, recurrentCalls } from './collect.js';
import type { ReportContent } from './content.js';
import { pageVersion } from './generated/page.js';
import { reportHtml } from './html.js';

export interface ReportOptions extends Omit<AnalyseOptions, 'layers'> {
  /** At the top of the page; default the model's name. */
  readonly title?: string;
  /** How many samples are shown one by one, the first of all; default 16. What is measured is measured on all. */
  readonly samples?: number;
  /** The most bytes of arrays that are shown sample by sample, in MiB; default 64. The others are shown over all samples together. */
  readonly megabytes?: number;
}

const reportOptions = {
  title: { help: 'at the top of the page', form: 'a text', default: null, read: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined) } satisfies OptionSpec<string | null>,
  samples: option.integer('how many samples are shown one by one', 16, 1),
  megabytes: option.number('the most bytes of arrays that are shown sample by sample, in MiB', 64, (value) => value >= 0 && value <= 2048, 'a number from 0 to 2048'),
};

/** A report: one HTML page that opens offline and asks for nothing. */
export class Report {
  constructor(
    /** What it shows: plain data. */
    readonly content: ReportContent,
  ) {}

  /**
   * The page.
   *
   * @throws SeeRnnError where it is longer than a string can be; `bytes()` and `save()` still work
   */
  html(): string {
    try {
      return [...reportHtml(this.content)].join('');
    } catch (error) {
      if (error instanceof RangeError) throw new SeeRnnError('the report is too long for one string; save it, or ask for its bytes', { cause: error });
      throw error;
    }
  }

  /** The page as UTF-8. */
  bytes(): Uint8Array {
    const parts = [...this.parts()];
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /**
   * Writes an HTML file, whole or not at all; in a browser, offers it as a download.
   *
   * @throws SeeRnnError where the name doesn't end in .html, or the file cannot be written
   */
  async save(path: string): Promise<void> {
    if (!/\.html?$/i.test(path)) throw new SeeRnnError(`cannot save '${printable(path)}': the name of a report must end in .html`);
    await platform.save(path, this.parts(), 'text/html');
  }

  /** The page as UTF-8, piece by piece: at no time is there all of it. */
  private* parts(): Generator<Uint8Array<ArrayBuffer>> {
    const encoder = new TextEncoder();
    for (const part of reportHtml(this.content)) yield encoder.encode(part);
  }
}

/**
 * Everything there is to see of a model's recurrent layers, on one page: the verdict first; the model; and for every recurrent layer how
 * much gradient is where, how far back it is carried, its states and gates over time, what each timestep adds to learning, its weights
 * and the gradients by them, and its health.
 *
 * The page holds its data and script, opens offline and makes no request; its content security policy forbids any.
 *
 * Of a `run`, what it was made of is looked at, as `analyse` says.
 *
 * @param given the model, its inputs and the targets, or a run that `trace` made of these; then options: the loss, as for `trace`, and how
 *   much is shown
 * @throws SeeRnnError as `trace` does, and for a model without recurrent layers; UsageError for an unknown option
 * @example
 * await (await report(model, x, y)).save('report.html');
 * @example
 * const run = await trace(model, x, y);
 * await (await report(run, { title: 'After 10 epochs' })).save('report.html');
 */
export async function report(...given: Subject<ReportOptions>): Promise<Report> {
  const { model: subject, x, y, options } = subjectOf('report', given);
  const { title, samples, megabytes, ...analysed } = options;
  const own = readOptions('report', reportOptions, { title, samples, megabytes });
  const model = asModel('report', subject);
  const calls = recurrentCalls(model);
  if (calls.length === 0) throw new SeeRnnError(`report: model '${model.name}' has no recurrent layer that can be looked into`);
  const { analysis, run, health } = await analyseRun(model, x, y, { ...analysed, held: own.samples });
  return new Report(await collect({
    model, run, analysis, health, title: own.title ?? model.name, version: pageVersion,
    samples: Math.min(own.samples, analysis.samples), bytes: own.megabytes * 2 ** 20,
  }));
}
