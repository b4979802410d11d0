import { SAMPLES } from './batches.js';
import { literal } from './code.js';
import { fileName } from './example.js';
import { LEARNING_RATE } from './course.js';
import { featuresOf, settings, TIMESTEPS, widthOf, type Kind } from './models.js';
import { figureOptions, figureTitle, ITERATIONS_PER_BATCH, type Published } from './published.js';

/**
 * A whole program that trains an example's model and draws its figures, as one would write it by hand. It makes the same
 * numbers as the example itself: a test runs both.
 */
export function publishedProgram(data: Published, iterations: number): string {
  return `${[imports(data), model(data), training(data, iterations), gradient(data), ...figures(data, iterations)].join('\n\n')}\n`;
}

function imports({ figures, kinds }: Published): string {
  const drawing = [...new Set(figures.map((figure) => figure.draws))].sort();
  const names = [...(kinds.length > 1 ? ['beside'] : []), ...drawing, 'getGradients', 'kerasModel', 'setThreads', ...(figures.some(({ part }) => part) ? ['take'] : [])];
  return `\
import { ${names.join(', ')} } from 'see-rnn';
import { Adam, initialize, Random } from 'see-rnn/examples';

setThreads(2); // as many as there are cores would sum gradients in another order on another machine`;
}

/** What a layer's configuration says besides its place, to be read on after its units. */
const more = (kind: Kind): string => Object.entries(settings[kind]).map(([name, value]) => `, ${name}: ${literal(value)}`).join('');

function model(data: Published): string {
  const { kinds, units, bidirectional } = data;
  const [kind] = kinds as readonly [Kind];
  const layers = `layers: [layer({ name: 'layer1', return_sequences: true, batch_shape: [null, ${TIMESTEPS}, ${featuresOf({ kind, units, bidirectional })}] }), layer({ name: 'layer2' })],`;
  const made = `\
const model = kerasModel({
  ${layers}
}, { loss: 'mean_squared_error' });
initialize(model, new Random(1));`;
  if (kinds.length > 1) {
    return `\
// Two layers of each kind, in Keras's words. initialize() draws all weights from a seed, as Keras would.
const kinds = ${literal(Object.fromEntries(kinds.map((one) => [one, settings[one]])))};
function twoLayers(kind) {
  const layer = (place) => ({ class_name: kind, config: { units: ${units}, ...kinds[kind], ...place } });
  ${made.replaceAll('\n', '\n  ')}
  return model;
}`;
  }
  const layer = bidirectional
    ? `({ return_sequences, ...place }) => ({\n  class_name: 'Bidirectional',\n  config: { ...place, layer: { class_name: '${kind}', config: { units: ${units}${more(kind)}, return_sequences } } },\n})`
    : `(place) => ({ class_name: '${kind}', config: { units: ${units}${more(kind)}, ...place } })`;
  return `\
// Two layers, in Keras's words. initialize() draws all weights from a seed, as Keras would.
const layer = ${layer};
${made}`;
}

function training({ kinds, units, bidirectional }: Published, iterations: number): string {
  const recurrent = { kind: kinds[0]!, units, bidirectional };
  const [features, width] = [featuresOf(recurrent), widthOf(recurrent)];
  const batch = `\
const batch = (random) => [
  { data: random.normals(${SAMPLES} * ${TIMESTEPS} * ${features}), shape: [${SAMPLES}, ${TIMESTEPS}, ${features}] },
  { data: random.uniforms(${SAMPLES} * ${width}, -1, 1), shape: [${SAMPLES}, ${width}] },
];`;
  const loop = `\
const adam = new Adam(model, { learningRate: ${LEARNING_RATE} });
const random = new Random(2);
let [x, y] = batch(random);
for (let i = 0; i < ${iterations}; i++) {
  if (i > 0 && i % ${ITERATIONS_PER_BATCH} === 0) [x, y] = batch(random);
  await adam.step(x, y);
}`;
  return `\
// x from N(0, 1), y from U(-1, 1); a new batch every ${ITERATIONS_PER_BATCH} iterations.
${batch}
${kinds.length > 1 ? `async function train(model) {\n  ${loop.replaceAll('\n', '\n  ')}\n}` : loop}`;
}

function gradient({ kinds, layer, units, bidirectional }: Published): string {
  const get = `getGradients(model, 'layer${layer}', ...batch(new Random(3)))`;
  const shape = layer === 1 ? `(${SAMPLES} samples, ${TIMESTEPS} timesteps, ${widthOf({ kind: kinds[0]!, units, bidirectional })} units)` : `(${SAMPLES} samples, ${units} units)`;
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
    return `\
const drawings = gradients.map((gradient, i) => ${figure.draws}(gradient, {
  ${inside(figureOptions(figure, title))}, colorBar: i === ${data.kinds.length - 1},
}));
await beside(drawings, ${lines({ title, labels: data.kinds })})${save}`;
  });
}

/** An options object, the title on a line of its own. */
function lines({ title, ...rest }: Readonly<Record<string, unknown>>): string {
  return `{\n  title: ${literal(title)},\n  ${inside(rest)},\n}`;
}

const inside = (options: object): string => literal(options).slice(2, -2);
