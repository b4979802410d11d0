import { expect, it } from 'vitest';
import { convolve, convolveBackToInput, convolveBackToKernel } from '../../src/kernels/convolution.js';
import type { ConvolutionShape, Triple } from '../../src/kernels/convolution-types.js';
import { kernels } from '../../src/kernels/module.js';
import { Random } from '../random.js';
import { seed } from '../seed.js';

const random = new Random(seed);
const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * random.uniform() - 1);
const triple = (low: number, high: number): Triple => [random.integer(low, high), random.integer(low, high), random.integer(low, high)];
const size = ([a, b, c]: Triple): number => a * b * c;

function anyShape(): ConvolutionShape {
  const [kernel, strides, dilation, before, output] = [triple(1, 3), triple(1, 3), triple(1, 2), triple(0, 2), triple(1, 5)];
  const groups = random.integer(1, 3);
  // Inputs end anywhere behind the last window's beginning: what is beyond is zero.
  const input = output.map((n, i) => Math.max(1, (n - 1) * strides[i]! + 1 - before[i]! + random.integer(0, 4))) as unknown as Triple;
  return { samples: random.integer(1, 4), input, output, kernel, strides, dilation, before, channels: groups * random.integer(1, 5), filters: groups * random.integer(1, 11), groups };
}

/** As the definition says it, in float64: calls with the places in x, w and y of every product that is summed. */
function products(shape: ConvolutionShape, visit: (x: number, w: number, y: number) => void): void {
  const { samples, input, output, kernel, strides, dilation, before, channels, filters, groups } = shape;
  const [own, made] = [channels / groups, filters / groups];
  for (let sample = 0; sample < samples; sample++) {
    for (let o = 0; o < size(output); o++) {
      for (let t = 0; t < size(kernel); t++) {
        const at = coordinates(o, output).map((n, i) => n * strides[i]! - before[i]! + coordinates(t, kernel)[i]! * dilation[i]!) as unknown as Triple;
        if (at.some((n, i) => n < 0 || n >= input[i]!)) continue;
        const from = sample * size(input) + (at[0] * input[1] + at[1]) * input[2] + at[2];
        for (let f = 0; f < filters; f++) {
          const group = Math.floor(f / made);
          for (let c = 0; c < own; c++) visit(from * channels + group * own + c, (t * own + c) * filters + f, (sample * size(output) + o) * filters + f);
        }
      }
    }
  }
}

const coordinates = (n: number, [, b, c]: Triple): Triple => [Math.floor(n / b / c), Math.floor(n / c) % b, n % c];

/** Sums of at most a few thousand products of numbers below 1, each in float32: 1e-4 is far above their rounding, far below a product left out. */
const agree = (found: Float32Array, wanted: Float64Array, what: string): void => {
  let worst = 0;
  wanted.forEach((value, n) => { worst = Math.max(worst, Math.abs(found[n]! - value)); });
  expect(worst, what).toBeLessThan(1e-4);
};

it(`convolution and its adjoints are what their definition says, for 200 shapes (seed ${seed})`, () => {
  for (let trial = 0; trial < 200; trial++) {
    const shape = anyShape();
    const { samples, input, output, kernel, channels, filters, groups } = shape;
    const [x, w, dy] = [numbers(samples * size(input) * channels), numbers(size(kernel) * (channels / groups) * filters), numbers(samples * size(output) * filters)];
    const bias = random.integer(0, 1) ? numbers(filters) : null;
    const wanted = { y: Float64Array.from(dy, (_, n) => bias?.[n % filters] ?? 0), dx: new Float64Array(x.length), dw: new Float64Array(w.length) };
    products(shape, (i, j, k) => {
      wanted.y[k]! += x[i]! * w[j]!;
      wanted.dx[i]! += dy[k]! * w[j]!;
      wanted.dw[j]! += dy[k]! * x[i]!;
    });
    const [y, dx, dw] = [dy.slice(), x.slice(), w.slice()];
    convolve(x, w, bias, y, shape);
    convolveBackToInput(dy, w, dx, shape);
    convolveBackToKernel(x, dy, dw, shape);
    const text = JSON.stringify(shape);
    agree(y, wanted.y, `y of ${text}`);
    agree(dx, wanted.dx, `dx of ${text}`);
    agree(dw, wanted.dw, `dw of ${text}`);
  }
});

it('works on samples and windows in parts where they are many, and gives its memory back', () => {
  // 300 samples of 40 x 30 with zeros around them: more than are there at once; 1,200 windows a sample, likewise.
  const shape: ConvolutionShape = { samples: 300, input: [1, 40, 30], output: [1, 40, 30], kernel: [1, 3, 3], strides: [1, 1, 1], dilation: [1, 1, 1], before: [0, 1, 1], channels: 1, filters: 2, groups: 1 };
  const { memory } = kernels();
  const [x, dy] = [numbers(300 * 1200), numbers(300 * 1200 * 2)];
  const w = numbers(18);
  const y = new Float32Array(dy.length);
  const used = memory.used;
  convolve(x, w, null, y, shape);
  const dx = new Float32Array(x.length);
  convolveBackToInput(dy, w, dx, shape);
  const dw = new Float32Array(18);
  convolveBackToKernel(x, dy, dw, shape);
  expect(memory.used).toBe(used);
  const wanted = { y: new Float64Array(y.length), dx: new Float64Array(x.length), dw: new Float64Array(18) };
  products(shape, (i, j, k) => {
    wanted.y[k]! += x[i]! * w[j]!;
    wanted.dx[i]! += dy[k]! * w[j]!;
    wanted.dw[j]! += dy[k]! * x[i]!;
  });
  agree(y, wanted.y, 'y');
  agree(dx, wanted.dx, 'dx');
  // Sums of 360,000 products.
  wanted.dw.forEach((value, n) => { expect(Math.abs(dw[n]! - value)).toBeLessThan(1e-2); });
}, 30_000);
