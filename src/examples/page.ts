import type { Figure } from '../figures/figure.js';
import { afterText, type Example } from './example.js';
import { escaped } from './html.js';
import { pageStyle } from './page-style.js';
import type { Strength } from './strength.js';

/** What a run made of an example. */
export interface ShownExample {
  readonly example: Example;
  readonly iterations: number;
  readonly figures: readonly { readonly file: string; readonly caption: string; readonly figure: Figure }[];
  readonly models: readonly TrainedModel[];
  /** What the numbers of a model that came trained say, in paragraphs. */
  readonly found: readonly string[];
  /** What it took to train, trace and draw; what an earlier example trained is not in it. */
  readonly seconds: number;
}

export interface TrainedModel { readonly name: string; readonly loss: number; readonly strengths: readonly Strength[] }

/** What the page says of the run as a whole. */
export interface PageSettings {
  /** What was left out, each in a sentence. */
  readonly leftOut: readonly string[];
}

/** The page that shows the examples: one HTML file that asks for nothing but the figures beside it. */
export function page(shown: readonly ShownExample[], { leftOut }: PageSettings): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>See RNN: the examples</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>See RNN: the examples</h1>
${introduction(shown)}
<nav aria-label="Examples">
<ol>
${shown.map(({ example }) => `<li value="${example.number}"><a href="#example-${example.number}">${escaped(example.title)}</a></li>`).join('\n')}
</ol>
</nav>
${leftOut.map(paragraph).join('\n')}
${shown.map(section).join('\n')}
</main>
</body>
</html>
`;
}

const introduction = (shown: readonly ShownExample[]): string => [
  `How much of the loss's gradient arrives at each timestep of a recurrent layer? The networks below were trained on this machine a moment ago${exception(shown)};
   every number and figure is from that run, and running it again gives the same ones. They follow the examples of See RNN, the Python package.`,
  `<strong>Setup</strong> of examples 1 to 7. Input: 16 samples of 100 timesteps, with twice as many features as the layers have units, all drawn from N(0,&nbsp;1);
   targets from U(-1,&nbsp;1); a new batch every 40 iterations. That is noise: a network can learn each batch by heart, and nothing else. Model: two
   recurrent layers; the first returns every timestep, the second only its last. Adam with a rate of 0.004, mean squared error. Initial weights as
   Keras draws them (Glorot uniform, orthogonal for the recurrent kernels, forget bias 1). Gates use the sigmoid, as Keras has it since version 2.3; before, and in TF.js, a hard
   sigmoid was the default. The gradient is taken on a batch that was not trained on, the same one for models of the same width.`,
  `<strong>What the figures show</strong> is the gradient of the loss by the tensor that a layer returns, which is See RNN's definition. It follows only what
   reads that tensor. The loss sees layer 1 through layer 2 alone, and of layer 2 only the last timestep; so at timestep t the figures show how much
   <em>layer 2</em> carries from t to the end. The path through layer 1's own recurrence (its output at t also shapes its later outputs) is not in
   them: this is not the total gradient through time, and where it fades towards the start, it is layer 2 that forgets.`,
].map((text) => `<p>${text.replace(/\s+/g, ' ')}</p>`).join('\n');

/** The examples whose models others trained. */
function exception(shown: readonly ShownExample[]): string {
  const numbers = shown.filter(({ example }) => example.trainings.length === 0).map(({ example }) => example.number);
  return numbers.length === 0 ? '' : `, but for that of example ${numbers.join(' and ')}, which was trained and published by others`;
}

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;

function section(shown: ShownExample): string {
  const { example, iterations, figures, found } = shown;
  return `<section id="example-${example.number}">
<h2>${example.number}. ${escaped(example.title)}</h2>
<p class="meta">${escaped(metaText(shown))}</p>
${[...example.about(iterations), ...found].map(paragraph).join('\n')}
${figures.map(figureElement).join('\n')}
${strengthTable(shown)}
<details>
<summary>The program that makes ${figures.length === 1 ? 'this figure' : 'these figures'}</summary>
<pre tabindex="0"><code>${escaped(example.program(iterations))}</code></pre>
</details>
</section>`;
}

function metaText({ example, iterations, models, seconds }: ShownExample): string {
  const loss = models.map(({ name, loss }) => `${models.length > 1 ? `${name} ` : ''}${loss.toPrecision(3)}`).join(', ');
  if (example.trainings.length === 0) return `A published model, not trained here. Its loss on what is shown: ${loss}. Took ${secondsText(seconds)}.`;
  const each = models.length > 1 ? ' of each model' : '';
  const shortened = iterations === example.iterations.full ? '' : ' (--full trains all of them)';
  return `Drawn ${afterText(iterations, example.iterations)}${each}${shortened}. Loss of the last one: ${loss}. Took ${secondsText(seconds)}.`;
}

const secondsText = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;

function figureElement({ file, caption, figure }: ShownExample['figures'][number]): string {
  const name = escaped(encodeURIComponent(file));
  return `<figure>
<div class="sheet" tabindex="0" role="group" aria-label="Figure"><img src="${name}.png" width="${figure.width}" height="${figure.height}" style="max-width:${figure.width}px" alt="${escaped(figure.description)}"></div>
<figcaption><p>${escaped(caption)}</p><p><a href="${name}.svg">SVG</a> <a href="${name}.png">PNG</a></p></figcaption>
</figure>`;
}

function strengthTable({ models }: ShownExample): string {
  const [first, ...others] = models[0].strengths;
  const meaning = 'Mean absolute gradient, over all samples and units';
  if (first.timestep === null) return `<p class="meta">${meaning}: ${first.mean.toExponential(1)}.</p>`;
  const named = models.length > 1;
  const heading = (scope: 'col' | 'row', text: string): string => `<th scope="${scope}">${escaped(text)}</th>`;
  const head = [...(named ? ['model'] : []), ...[first, ...others].map(({ timestep }) => `timestep ${timestep}`)].map((text) => heading('col', text));
  const rows = models.map(({ name, strengths }) => [...(named ? [heading('row', name)] : []), ...strengths.map(({ mean }) => `<td>${mean.toExponential(1)}</td>`)]);
  return `<div class="table" tabindex="0" role="group" aria-label="Table"><table>
<caption>${meaning}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>${rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('')}</tbody>
</table></div>`;
}
