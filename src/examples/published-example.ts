import type { NamedArray } from '../core/array.js';
import { take } from '../core/take.js';
import type { Drawing } from '../paint/drawing.js';
import { beside, features0D, features1D, features2D } from '../paint/features.js';
import { getGradients } from '../trace/get.js';
import { noise } from './batches.js';
import type { Training } from './course.js';
import type { Example } from './example.js';
import { twoLayers, type Recurrent } from './models.js';
import { publishedProgram } from './published-program.js';
import { figureOptions, figureTitle, ITERATIONS_PER_BATCH, recurrentsOf, type Published, type PublishedFigure } from './published.js';
import { Random } from './random.js';

/** Makes an example of its data. */
export function publishedExample(data: Published): Example {
  const { number, name, title, iterations } = data;
  const recurrents = recurrentsOf(data);
  return {
    number, name, title, iterations,
    trainings: recurrents.map(trainingOf),
    async look(models, done) {
      const gradients: NamedArray[] = [];
      for (const [i, model] of models.entries()) {
        const { x, y } = noise(recurrents[i], new Random(3));
        gradients.push(await getGradients(model, `layer${data.layer}`, x, y));
      }
      const figures = data.figures.map((figure) => {
        const title = figureTitle(data, figure, done);
        const drawing = gradients.length === 1 ? draw(figure, gradients[0], title) : drawBeside(data, figure, gradients, title);
        return { name: figure.name, caption: figure.caption, drawing };
      });
      return { gradients, figures };
    },
    about: (done) => data.about.map((text) => (typeof text === 'string' ? text : done === iterations.full ? text.full : text.usual)),
    program: (done) => publishedProgram(data, done),
  };
}

const trainingOf = (recurrent: Recurrent): Training => ({
  name: recurrent.kind,
  key: JSON.stringify(recurrent),
  build: () => twoLayers(recurrent),
  batches: () => {
    const random = new Random(2);
    return () => noise(recurrent, random);
  },
  iterationsPerBatch: ITERATIONS_PER_BATCH,
});

const functions = { features0D, features1D, features2D } as const;

const draw = (figure: PublishedFigure, gradient: NamedArray, title: string, more: Readonly<Record<string, unknown>> = {}): Drawing =>
  functions[figure.draws](figure.part === undefined ? gradient : take(gradient, figure.part), { ...figureOptions(figure, title), ...more });

/** Heatmaps of several models in a row, with one title and, since one scale holds for all, one colour bar. */
const drawBeside = (data: Published, figure: PublishedFigure, gradients: readonly NamedArray[], title: string): Drawing => beside(
  gradients.map((gradient, i) => draw(figure, gradient, title, { colorBar: i === gradients.length - 1 })),
  { title, labels: data.kinds },
);
