/** What a resized axis is made of: for each place of it, places of the original and their weights. As TensorFlow's `tf.image.resize` has it. */
export type AxisWeights = readonly (readonly { readonly at: number; readonly weight: number }[])[];

export const RESIZING_METHODS = ['nearest', 'bilinear', 'bicubic', 'area', 'lanczos3', 'lanczos5', 'gaussian', 'mitchellcubic'] as const;
export type ResizingMethod = (typeof RESIZING_METHODS)[number];

/** Those that change what keeps its size, too. */
export const SMOOTHING: readonly ResizingMethod[] = ['gaussian', 'mitchellcubic'];

export interface ResizingOptions {
  readonly method: ResizingMethod;
  /** Whether a number stands in the middle of its place, as today, or at its beginning, as TensorFlow 1 and TF.js have it. */
  readonly centred: boolean;
  /** Whether what is made smaller is smoothed first. */
  readonly antialias: boolean;
}

/** The weights that make `to` places of `from`. */
export function axisWeights(from: number, to: number, { method, centred, antialias }: ResizingOptions): AxisWeights {
  const step = from / to;
  // The place of the original that the middle, or beginning, of each new one falls on.
  const at = (o: number): number => (centred ? (o + 0.5) * step - 0.5 : o * step);
  const made = (weights: (o: number) => readonly { readonly at: number; readonly weight: number }[]): AxisWeights => Array.from({ length: to }, (_, o) => weights(o));
  if (method === 'nearest') return made((o) => [{ at: Math.min(from - 1, Math.floor(centred ? (o + 0.5) * step : o * step)), weight: 1 }]);
  if (method === 'area') return made((o) => overlaps(o * step, (o + 1) * step, from));
  if (antialias || !(method === 'bilinear' || method === 'bicubic')) return made((o) => spread(at(o), from, KERNELS[method], antialias ? Math.max(1, step) : 1));
  if (method === 'bicubic') return made((o) => cubic(at(o), from, centred));
  return made((o) => {
    const low = Math.floor(at(o));
    const share = at(o) - low;
    return [{ at: Math.max(0, low), weight: 1 - share }, { at: Math.min(from - 1, low + 1), weight: share }];
  });
}

/** How much of what lies from `start` to `end` each place has, of all of it 1. */
function overlaps(start: number, end: number, length: number): { at: number; weight: number }[] {
  const out = [];
  for (let at = Math.floor(start); at < Math.min(end, length); at++) out.push({ at, weight: (Math.min(end, at + 1) - Math.max(start, at)) / (end - start) });
  return out;
}

/** Four places around a point, those outside left out, or taken for the last inside. TensorFlow knows 1,025 distances. */
function cubic(point: number, length: number, centred: boolean): { at: number; weight: number }[] {
  const low = Math.floor(point);
  const distance = Math.round((point - low) * 1024) / 1024;
  // Keys's kernel with the one constant or with the other.
  const { value } = keys(centred ? -0.5 : -0.75);
  const four = [-1, 0, 1, 2].map((by) => ({ at: low + by, weight: value(Math.abs(by - distance)) }));
  if (!centred) return four.map(({ at, weight }) => ({ at: Math.max(0, Math.min(length - 1, at)), weight }));
  return normalised(four.filter(({ at }) => at >= 0 && at < length));
}

/** All places that a kernel reaches from a point, stretched. */
function spread(point: number, length: number, { radius, value }: Kernel, stretch: number): { at: number; weight: number }[] {
  const out = [];
  const first = Math.max(0, Math.ceil(point - radius * stretch));
  const last = Math.min(length - 1, Math.floor(point + radius * stretch));
  for (let at = first; at <= last; at++) out.push({ at, weight: value(Math.abs(at - point) / stretch) });
  return normalised(out);
}

function normalised(weights: readonly { at: number; weight: number }[]): { at: number; weight: number }[] {
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  return weights.map(({ at, weight }) => ({ at, weight: weight / total }));
}

interface Kernel { readonly radius: number; readonly value: (x: number) => number }

/** Keys 1981, cubic convolution interpolation. */
const keys = (a: number): Kernel => ({
  radius: 2, value: (x) => (x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0),
});
const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos = (radius: number): Kernel => ({ radius, value: (x) => (x > radius ? 0 : sinc(x) * sinc(x / radius)) });

const KERNELS: Readonly<Record<Exclude<ResizingMethod, 'nearest' | 'area'>, Kernel>> = {
  bilinear: { radius: 1, value: (x) => Math.max(0, 1 - x) },
  bicubic: keys(-0.5),
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  gaussian: { radius: 1.5, value: (x) => (x >= 1.5 ? 0 : Math.exp(-x * x / (2 * 0.5 ** 2))) },
  // Mitchell & Netravali 1988, B = C = 1/3.
  mitchellcubic: {
    radius: 2,
    value: (x) => (x >= 2 ? 0 : x >= 1 ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9 : ((7 / 6) * x - 2) * x * x + 8 / 9),
  },
};
