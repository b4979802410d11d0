/**
 * How the windows of a convolution lie in what they look at. Always three axes, with ones where there are fewer; channels last.
 *
 * A window of the kernel's size goes over the input, which has zeros around it: output o looks at input o x stride - before +
 * tap x dilation, for each of the kernel's taps.
 */
export interface ConvolutionShape {
  readonly samples: number;
  /** The input's sizes, without samples and channels. */
  readonly input: Triple;
  readonly output: Triple;
  readonly kernel: Triple;
  readonly strides: Triple;
  readonly dilation: Triple;
  /** Zeros before the first of each axis. */
  readonly before: Triple;
  /** Of the input. */
  readonly channels: number;
  /** Of the output. */
  readonly filters: number;
  /** Each has its share of the channels, which makes its share of the filters. */
  readonly groups: number;
}

export type Triple = readonly [number, number, number];
