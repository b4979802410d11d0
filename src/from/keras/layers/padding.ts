import type { LayerInputs } from '../../../graph/layer.js';
import { ALL, pad, slice } from '../../../graph/operations/slicing.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { ConfigReader } from '../config-reader.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { SpatialLayer } from './spatial.js';

/** Keras's layers that add or take away at the borders. A mask ends there. */

type Widths = readonly (readonly [before: number, after: number])[];

/** How much at the beginning and end of each axis: a number for all, one for each axis, or two; of one axis a number or two. */
function widthsIn(read: ConfigReader, key: string, axes: number): Widths {
  const whole = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 0;
  const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
  const both = (v: unknown): readonly [number, number] | undefined => {
    if (whole(v)) return [v, v];
    const [before, after] = list(v);
    return list(v).length === 2 && whole(before) && whole(after) ? [before, after] : undefined;
  };
  return read.get<Widths>(key, (value) => {
    if (whole(value)) return Array.from({ length: axes }, () => [value, value] as const);
    const given = list(value);
    // Keras 1 had four numbers in a row for two axes.
    const flat = axes === 2 && given.length === 4 ? [[given[0], given[1]], [given[2], given[3]]] : null;
    const widths = (axes === 1 ? [given.length === 1 ? given[0] : given] : flat ?? given).map(both);
    return widths.length === axes && widths.every((one) => one !== undefined) ? widths : undefined;
  }, axes === 1 ? 'a whole number or two' : `a whole number, or for each of ${axes} axes a whole number or two`, Array.from({ length: axes }, () => [1, 1] as const));
}

/** Zeros around the input: `padding`. */
class ZeroPadding extends SpatialLayer {
  private readonly widths = widthsIn(this.read, 'padding', this.axes);

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    this.check(x);
    const { between, widths } = this;
    return pad(x, x.shape.map((_, axis) => widths[between.indexOf(axis)] ?? [0, 0]));
  }
}

/** The input without its borders: `cropping`. */
class Cropping extends SpatialLayer {
  private readonly widths = widthsIn(this.read, 'cropping', this.axes);

  protected override compute({ inputs: [x] }: LayerInputs): Tensor {
    this.check(x);
    const { between, widths } = this;
    return slice(x, x.shape.map((n, axis) => {
      const [before, after] = widths[between.indexOf(axis)] ?? [0, 0];
      if (before + after === 0) return ALL;
      if (before + after >= n) throw this.fail(`there is nothing left of ${n} along axis ${axis} without ${before} at the beginning and ${after} at the end`);
      return { start: before, stop: n - after, step: null };
    }));
  }
}

export const paddingLayers: LayerTable = {
  ZeroPadding1D: (options: KerasOptions) => new ZeroPadding(options, 1),
  ZeroPadding2D: (options: KerasOptions) => new ZeroPadding(options, 2),
  ZeroPadding3D: (options: KerasOptions) => new ZeroPadding(options, 3),
  Cropping1D: (options: KerasOptions) => new Cropping(options, 1),
  Cropping2D: (options: KerasOptions) => new Cropping(options, 2),
  Cropping3D: (options: KerasOptions) => new Cropping(options, 3),
};
