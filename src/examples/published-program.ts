import { SAMPLES } from './batches.js';
import { literal } from './code.js';
import { fileName } from './example.js';
import { featuresOf, TIMESTEPS, widthOf, type Kind } from './models.js';
import { figureOptions, figureTitle, ITERATIONS_PER_BATCH, kindNames, type Published } from './published.js';

/**
 * A whole program that trains an example's model and draws its figures, as one would write it by hand. It makes the same
 * numbers as the example itself: a test runs both.
 */
export function publishedProgram(data: Published, iterations: number): string {
  return `${[imports(data), model(data), training(data, iterations), gradient(data), ...figures(data, iterations)].join('\n\n')}\n`;
}

function imports({ figures, kinds }: Published): string {
  const drawing = [...new Set(figures.map((figure) => figure.draws))].sort();
  const names = ['accelerate', ...(kinds.length > 1 ? ['beside'] : []), ...drawing, 'getGradients', 'setThreads', ...(figures.some(({ part }) => part) ? ['take'] : [])];
  return `\
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { ${names.join(', ')} } from 'see-rnn';
import { initialize, Random } from 'see-rnn/examples';

await tf.setBackend('wasm');
setThreads(2); // as many as there are cores would sum gradients in another order on another machine`;
}

/** What a layer is called with besides its place: Keras's defaults, where TF.js has others. */
const settings: Readonly<Record<Kind, string>> = {
  lstm: ", recurrentActivation: 'sigmoid', unitForgetBias: true",
  gru: ", recurrentActivation: 'sigmoid'",
  simpleRNN: '',
};

function model(data: Published): string {
  const { kinds, units, bidirectional } = data;
  const inputShape = `inputShape: [${TIMESTEPS}, ${featuresOf({ kind: kinds[0], units, bidirectional })}]`;
  if (kinds.length > 1) {
    return `\
// Two layers of each kind. 'zeros' only for the moment: initialize() draws all weights from a seed, as Keras would.
const sigmoid = { recurrentActivation: 'sigmoid' };
const kinds = {
${kinds.map((kind) => `  ${kind}: ${kind === 'lstm' ? '{ ...sigmoid, unitForgetBias: true }' : kind === 'gru' ? 'sigmoid' : '{}'},`).join('\n')}
};
function twoLayers(kind) {
  const layer = (place) => layers[kind]({ units: ${units}, recurrentInitializer: 'zeros', ...kinds[kind], ...place });
  const model = sequential({
    layers: [layer({ name: 'layer1', returnSequences: true, ${inputShape} }), layer({ name: 'layer2' })],
  });
  initialize(model, new Random(1));
  model.compile({ optimizer: tf.train.adam(4e-3), loss: 'meanSquaredError' });
  accelerate(model);
  return model;
}`;
  }
  const [kind] = kinds;
  const config = `units: ${units}${settings[kind]}, recurrentInitializer: 'zeros', ...more`;
  const layer = bidirectional
    ? `({ name, inputShape, ...more }) => layers.bidirectional({\n  name, inputShape, mergeMode: 'concat',\n  layer: layers.${kind}({ ${config} }),\n})`
    : `(more) => layers.${kind}({\n  ${config},\n})`;
  return `\
// Two layers. 'zeros' only for the moment: initialize() draws all weights from a seed, as Keras would.
const layer = ${layer};
const model = sequential({
  layers: [layer({ name: 'layer1', returnSequences: true, ${inputShape} }), layer({ name: 'layer2' })],
});
initialize(model, new Random(1));
model.compile({ optimizer: tf.train.adam(4e-3), loss: 'meanSquaredError' });
accelerate(model);`;
}

function training({ kinds, units, bidirectional }: Published, iterations: number): string {
  const recurrent = { kind: kinds[0], units, bidirectional };
  const [features, width] = [featuresOf(recurrent), widthOf(recurrent)];
  const batch = `\
const batch = (random) => [
  tf.tensor(random.normals(${SAMPLES} * ${TIMESTEPS} * ${features}), [${SAMPLES}, ${TIMESTEPS}, ${features}]),
  tf.tensor(random.uniforms(${SAMPLES} * ${width}, -1, 1), [${SAMPLES}, ${width}]),
];`;
  const loop = `\
const random = new Random(2);
let [x, y] = batch(random);
for (let i = 0; i < ${iterations}; i++) {
  if (i > 0 && i % ${ITERATIONS_PER_BATCH} === 0) [x, y] = batch(random);
  await model.trainOnBatch(x, y);
}`;
  return `\
// x from N(0, 1), y from U(-1, 1); a new batch every ${ITERATIONS_PER_BATCH} iterations.
${batch}
${kinds.length > 1 ? `async function train(model) {\n  ${loop.replaceAll('\n', '\n  ')}\n}` : loop}`;
}

function gradient({ kinds, layer, units, bidirectional }: Published): string {
  const get = `getGradients(model, 'layer${layer}', ...batch(new Random(3)))`;
  const shape = layer === 1 ? `(${SAMPLES} samples, ${TIMESTEPS} timesteps, ${widthOf({ kind: kinds[0], units, bidirectional })} units)` : `(${SAMPLES} samples, ${units} units)`;
  if (kinds.length === 1) {
    return `\
// The gradient of the loss by what layer ${layer} returns, on a batch of its own: ${shape}.
const gradient = await ${get};`;
  }
  return `\
// The gradient of the loss by what layer ${layer} returns, on a batch of its own: ${shape} each.
const gradients = [];
for (const kind of Object.keys(kinds)) {
  const model = twoLayers(kind);
  await train(model);
  gradients.push(await ${get});
}`;
}

function figures(data: Published, iterations: number): string[] {
  return data.figures.map((figure, i) => {
    const save = `.save(${literal(`${fileName(data, figure.name)}.png`)});${i === 0 ? ' // .svg and .pdf too, by the name' : ''}`;
    const title = figureTitle(data, figure, iterations);
    if (data.kinds.length === 1) {
      const what = figure.part === undefined ? 'gradient' : `take(gradient, ${literal(figure.part)})`;
      return `await ${figure.draws}(${what}, ${lines(figureOptions(figure, title))})${save}`;
    }
    const labels = data.kinds.map((kind) => kindNames[kind]);
    return `\
const drawings = gradients.map((gradient, i) => ${figure.draws}(gradient, {
  ${inside(figureOptions(figure, title))}, colorBar: i === ${data.kinds.length - 1},
}));
await beside(drawings, ${lines({ title, labels })})${save}`;
  });
}

/** An options object, the title on a line of its own. */
function lines({ title, ...rest }: Readonly<Record<string, unknown>>): string {
  return `{\n  title: ${literal(title)},\n  ${inside(rest)},\n}`;
}

const inside = (options: object): string => literal(options).slice(2, -2);
