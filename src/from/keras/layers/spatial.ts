import type { OpenShape } from '../../../graph/shapes.js';
import { formText } from '../../../graph/shapes.js';
import { transpose } from '../../../graph/operations/shaping.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { ConfigReader } from '../config-reader.js';
import { KerasLayer, type KerasOptions } from './keras-layer.js';

/** What the axes between samples and channels are called, by how many there are. */
export const AXES: readonly (readonly string[])[] = [[], ['timesteps'], ['rows', 'columns'], ['planes', 'rows', 'columns']];

/** Whether the channels are the first axis after the samples: `data_format`; the last where nobody says. TF.js has it in camel case. */
export const channelsFirstIn = (read: ConfigReader): boolean =>
  /first/i.test(read.choice('data_format', ['channels_last', 'channels_first', 'channelsLast', 'channelsFirst'], 'channels_last'));

/** A layer over one to three axes beside samples and channels. It computes with the channels last, wherever they are. */
export abstract class SpatialLayer extends KerasLayer {
  protected readonly channelsFirst = channelsFirstIn(this.read);

  /** @param axes how many */
  constructor(options: KerasOptions, protected readonly axes: number) { super(options); }

  /** How many channels an input has. */
  protected channelsOf(shape: OpenShape): number {
    const channels = this.channelsFirst ? shape.at(-1 - this.axes) : shape.at(-1);
    if (shape.length < this.axes + 2) throw this.fail(`expected an input of shape ${this.expected}, found ${formText(shape)}`);
    if (channels == null) throw this.fail(`the number of channels must be known, found ${formText(shape)}`);
    return channels;
  }

  /** Where the axes between samples and channels are. */
  protected get between(): number[] { return Array.from({ length: this.axes }, (_, axis) => axis + (this.channelsFirst ? 2 : 1)); }

  /** @throws SeeRnnError where an input has another number of axes */
  protected check({ shape }: Tensor): void {
    if (shape.length !== this.axes + 2) throw this.fail(`expected an input of shape ${this.expected}, found ${formText(shape)}`);
  }

  private get expected(): string {
    const axes = AXES[this.axes];
    return `(${(this.channelsFirst ? ['samples', 'channels', ...axes] : ['samples', ...axes, 'channels']).join(', ')})`;
  }

  /** An input with its channels last. */
  protected channelsLast(x: Tensor): Tensor { return this.channelsFirst ? transpose(x, [0, ...this.between, 1]) : x; }

  /** What was computed with the channels last, as the layer gives it. */
  protected asGiven(y: Tensor): Tensor { return this.channelsFirst ? transpose(y, [0, this.axes + 1, ...this.between.map((axis) => axis - 1)]) : y; }
}
