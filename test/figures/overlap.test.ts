import { describe, expect, it } from 'vitest';
import type { Figure } from '../../src/figures/figure.js';
import { words } from '../../src/figures/text.js';
import { figureKinds } from './kinds.js';
import { Random } from '../random.js';
import { gradients, lastStep, spoiled } from './data.js';
import { pictures } from './pictures.js';
import { collisions, outside } from './words-of.js';

describe('words of every picture', () => {
  it.each(Object.entries(pictures))('%s: do not overlap, and stay inside', (_, picture) => {
    const figure = picture();
    expect(collisions(figure)).toEqual([]);
    expect(outside(figure)).toEqual([]);
  });

  it('finds words that do overlap or stick out', () => {
    const figure = pictures['1d']();
    const moved: Figure = { ...figure, texts: [...figure.texts, words('over the panel names', figure.panels[0].box.x, figure.panels[0].box.y - 12, { size: 10 }), words('far left', -5, 300, { size: 10 })] };
    expect(collisions(moved)).toContain('over the panel names | unit 0');
    expect(outside(moved)).toEqual(['far left']);
  });
});

// Options drawn at random, over data of many shapes and sizes: whatever is asked for, words keep clear of each other.
const choices: Readonly<Record<string, readonly unknown[]>> = {
  title: ['grads', 'auto', 'none', 'generic', 'A title of my own, which has more words than a narrow figure has room for'],
  ticks: ['both', 'x', 'y', 'none'], borders: ['frame', 'axes', 'none'], widthScale: [0.3, 0.5, 1, 2], heightScale: [0.3, 0.6, 1, 2],
  shareX: ['all', 'row', 'column', 'none'], shareY: ['all', 'row', 'column', 'none'], tight: [true, false], annotations: ['auto', 'none'],
  subplotBy: ['unit', 'sample'], yLimits: ['auto', 'none'], legend: [true, false], timestepsOn: ['x', 'y'], norm: ['auto', 'none', [-1e-4, 1e-4]],
  bins: [1, 10, 100], centerOnZero: [true, false], along: ['unit', 'sample'],
};

describe('words of figures with options drawn at random', () => {
  it.each(Object.entries(figureKinds))('%s: do not overlap, and stay inside', (kind, { options: specs, figure }) => {
    const random = new Random(7);
    const pick = <T>(from: readonly T[]): T => from[random.integer(0, from.length - 1)];
    for (let trial = 0; trial < 40; trial++) {
      const [samples, timesteps, units] = [pick([1, 3, 16]), pick([1, 2, 10, 100]), pick([1, 2, 6, 7, 13, 32, 100])];
      let data = gradients({ samples, timesteps, units }, { seed: trial, scale: 10 ** random.integer(-9, 5) });
      if (trial % 3 === 0) data = spoiled(data, { 0: NaN, [random.integer(0, samples * timesteps * units - 1)]: Infinity });
      const options = Object.fromEntries(Object.keys(specs).filter((name) => name in choices && random.uniform() < 0.4).map((name) => [name, pick(choices[name])]));
      const drawn = figure(kind === '0d' ? lastStep(data) : data, options);
      const what = `${kind} of (${samples}, ${timesteps}, ${units}) with ${JSON.stringify(options)}`;
      expect(collisions(drawn), what).toEqual([]);
      expect(outside(drawn), what).toEqual([]);
    }
  });
});
