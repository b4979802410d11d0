import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { add, arctan2, maximum } from '../../../graph/operations/arithmetic.js';
import { convolve } from '../../../graph/operations/convolution.js';
import { concatenate } from '../../../graph/operations/joining.js';
import { ALL, pad, slice } from '../../../graph/operations/slicing.js';
import { reshape, transpose } from '../../../graph/operations/shaping.js';
import { log, sqrt, square } from '../../../graph/operations/unary.js';
import { scalar, type Tensor } from '../../../graph/tensor.js';
import type { StoredWeight } from '../../../graph/weight.js';
import type { KerasOptions, LayerTable } from './keras-layer.js';
import { SpatialLayer } from './spatial.js';

/** What Keras does not let a power or a magnitude fall below. */
const LEAST = 1e-7;

/**
 * Keras 3's STFTSpectrogram: of (samples, timesteps, channels) the spectra of frames, (samples, frames, frequencies of each channel), or with `expand_dims` (samples, frames,
 * frequencies, channels). Weights, which it learns like a convolution's: `real_kernel`, `imag_kernel` (frame, 1, frequencies). A mask ends there.
 */
class STFTSpectrogram extends SpatialLayer {
  private readonly mode = this.read.choice('mode', ['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'], 'log');
  private readonly frame = this.read.whole('frame_length', 1, 256);
  private readonly step = this.read.whole('frame_step', 1, Math.max(1, Math.floor(this.frame / 2)));
  private readonly length = this.read.whole('fft_length', 1, 2 ** Math.ceil(Math.log2(this.frame)));
  private readonly padding = this.read.choice('padding', ['valid', 'same'], 'valid');
  private readonly expands = this.read.flag('expand_dims', false);
  private kernels: Partial<Record<'real' | 'imag', StoredWeight>> = {};

  constructor(options: KerasOptions) { super(options, 1); }

  protected override makeWeights(): void {
    const shape = [this.frame, 1, Math.floor(this.length / 2) + 1];
    for (const part of ['real', 'imag'] as const) {
      const other = part === 'real' ? 'imag' : 'real';
      if (this.mode !== other) this.kernels[part] = this.weight(`${part}_kernel`, { shape, axes: ['steps', 'channels', 'frequencies'] });
    }
  }

  protected override compute({ inputs: [x] }: LayerInputs, { weight }: Context): Tensor {
    this.check(x);
    const channels = this.channelsOf(x.shape);
    // Every channel is a sample of its own: (samples x channels, timesteps, 1).
    const [samples, timesteps] = [x.shape[0], this.channelsFirst ? x.shape[2] : x.shape[1]];
    const apart = reshape(this.channelsFirst ? x : transpose(x, [0, 2, 1]), [samples * channels, timesteps, 1]);
    /** (samples, channels, frames, frequencies) */
    const spectrum = (kernel: StoredWeight): Tensor => {
      const found = convolve(apart, weight(kernel), null, { strides: [this.step], dilation: [1], padding: this.padding, groups: 1 });
      return reshape(found, [samples, channels, ...found.shape.slice(1)]);
    };
    const { real, imag } = this.kernels;
    return this.arranged(this.told(real ? spectrum(real) : null, imag ? spectrum(imag) : null));
  }

  private told(real: Tensor | null, imag: Tensor | null): Tensor {
    if (!real || !imag) return real ?? imag!;
    if (this.mode === 'angle') return arctan2(imag, real);
    if (this.mode === 'stft') return concatenate([real, imag], -1);
    const power = add(square(real), square(imag));
    if (this.mode === 'psd') return add(power, pad(slice(power, [ALL, ALL, ALL, { start: 1, stop: -1, step: null }]), [[0, 0], [0, 0], [0, 0], [1, 1]]));
    const magnitude = sqrt(maximum(power, scalar(LEAST)));
    return this.mode === 'magnitude' ? magnitude : log(maximum(magnitude, scalar(LEAST)));
  }

  private arranged(spectra: Tensor): Tensor {
    const [samples, channels, frames, frequencies] = spectra.shape;
    if (this.expands) return this.channelsFirst ? spectra : transpose(spectra, [0, 2, 3, 1]);
    if (this.channelsFirst) return reshape(transpose(spectra, [0, 1, 3, 2]), [samples, channels * frequencies, frames]);
    return reshape(transpose(spectra, [0, 2, 1, 3]), [samples, frames, channels * frequencies]);
  }
}

export const spectrogramLayers: LayerTable = {
  STFTSpectrogram: (options: KerasOptions) => new STFTSpectrogram(options),
};
