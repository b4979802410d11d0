/**
 * How windows lie in what they look at. Always three axes, with ones where there are fewer; channels last.
 *
 * A window of the kernel's size goes over the input: output o looks at input o x stride - before + tap x dilation, for each of the
 * kernel's taps, also where that is outside.
 */
export interface WindowsShape {
  readonly samples: number;
  /** The input's sizes, without samples and channels. */
  readonly input: Triple;
  readonly output: Triple;
  readonly kernel: Triple;
  readonly strides: Triple;
  readonly dilation: Triple;
  /** How far before the input's beginning the first window begins, along each axis. */
  readonly before: Triple;
  /** Of the input. */
  readonly channels: number;
  /** In how many parts the channels are looked at, one by one. */
  readonly groups: number;
}

/** A convolution: what lies outside its input is zero. Each group of channels makes its share of the filters. */
export interface ConvolutionShape extends WindowsShape {
  /** Channels of the output. */
  readonly filters: number;
}

export type Triple = readonly [number, number, number];
