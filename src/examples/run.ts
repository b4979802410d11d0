import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SeeRnnError } from '../core/errors.js';
import { printable } from '../core/printable.js';
import { writeWhole } from '../files/disk/node.js';
import { setThreads } from '../kernels/threads.js';
import { Course, type Training } from './course.js';
import { fileName, type Example } from './example.js';
import { page, type PageSettings, type ShownExample } from './page.js';
import { strengths } from './strength.js';

/** How far an example's training is. */
export interface Progress {
  /** Iterations done and to do, of all the models that the example trains; 0 where they come trained. */
  readonly done: number;
  readonly total: number;
  /** The loss of the last iteration; NaN before the first. */
  readonly loss: number;
}

/** What wants to know how a run goes. */
export interface Watcher {
  /** An example begins. Where others have trained its models already, `done` is not 0. */
  begins(example: Example, progress: Progress): void;
  trained(progress: Progress): void;
  ends(shown: ShownExample): void;
}

export interface RunOptions extends PageSettings {
  /** The folder to write to; it is made where it is missing. */
  readonly out: string;
  /** Whether to train as long as published, rather than as long as is usual here. */
  readonly full: boolean;
}

/**
 * Trains and draws examples, writes their figures as PNG and SVG to a folder, and a page that shows them. The page grows
 * with every example, so that one may look while the rest is made.
 *
 * Examples that train the same model share it: the later goes on from where the earlier was. All run on two threads, so that
 * every run gives the same numbers, to the bit.
 *
 * @returns the page's path
 * @throws SeeRnnError where the folder can't be written to
 */
export async function runExamples(examples: readonly Example[], options: RunOptions, watcher: Watcher): Promise<string> {
  await makeFolder(options.out);
  // Threads sum the weights' gradients in parts, one each; how many cores there are must not show in the numbers.
  setThreads(2);
  try {
    return await runAll(examples, options, watcher);
  } finally {
    setThreads(null);
  }
}

async function runAll(examples: readonly Example[], options: RunOptions, watcher: Watcher): Promise<string> {
  const courses = new Map<string, Course>();
  const shown: ShownExample[] = [];
  const path = resolve(options.out, 'index.html');
  for (const [i, example] of examples.entries()) {
    const start = performance.now();
    const iterations = options.full ? example.iterations.full : example.iterations.usual;
    const models = example.trainings.map((training) => courseOf(training, iterations, courses));
    await train(models, iterations, example, watcher);
    const { gradients, figures, found } = await example.look(models.map(({ model }) => model), iterations);
    const drawn = [];
    for (const { name, drawing, caption } of figures) {
      const file = fileName(example, name);
      for (const ending of ['png', 'svg']) await drawing.save(join(options.out, `${file}.${ending}`));
      drawn.push({ file, caption, figure: drawing.figure });
    }
    const looked = [...example.trainings.map(({ name }, m) => ({ name, loss: models[m].loss })), ...(found === undefined ? [] : [found])];
    shown.push({
      example, iterations, figures: drawn, found: found?.about ?? [],
      models: looked.map(({ name, loss }, m) => ({ name, loss, strengths: strengths(gradients[m]) })),
      seconds: (performance.now() - start) / 1000,
    });
    letGo(courses, examples.slice(i + 1));
    await writeWhole(path, new TextEncoder().encode(page(shown, options)));
    watcher.ends(shown.at(-1)!);
  }
  return path;
}

/** The training that an earlier example began, unless it went too far; else a new one. */
function courseOf(training: Training, iterations: number, courses: Map<string, Course>): Course {
  const begun = courses.get(training.key);
  if (begun !== undefined && begun.iterations <= iterations) return begun;
  const course = new Course(training);
  courses.set(training.key, course);
  return course;
}

/** Forgets the trainings that no later example goes on with. */
function letGo(courses: Map<string, Course>, later: readonly Example[]): void {
  const wanted = new Set(later.flatMap(({ trainings }) => trainings.map(({ key }) => key)));
  for (const key of [...courses.keys()]) if (!wanted.has(key)) courses.delete(key);
}

async function train(courses: readonly Course[], iterations: number, example: Example, watcher: Watcher): Promise<void> {
  const progress = (course?: Course): Progress =>
    ({ done: courses.reduce((sum, { iterations }) => sum + iterations, 0), total: courses.length * iterations, loss: course?.loss ?? NaN });
  watcher.begins(example, progress(courses[0]));
  for (const course of courses) await course.advance(iterations, () => { watcher.trained(progress(course)); });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file is in its place' : code === 'EACCES' ? 'permission denied' : code;
    throw new SeeRnnError(`${printable(path)}: the folder can't be made: ${reason}`, { cause: error });
  }
}
