import { shapeText, sizeOf } from '../../../core/array.js';
import { SeeRnnError } from '../../../core/errors.js';
import type { Layer } from '../../../graph/layer.js';

/** 4 GiB of float32. */
const LARGEST = 2 ** 30;

/**
 * Counts the weights that are made against what the file holds, so that a damaged configuration, `units: 10 ** 9`, is refused before
 * anything of that size is computed.
 */
export class WeightBudget {
  private made = 0;
  private readonly most: number;
  private readonly counted = new Set<Layer>();

  /** @param held how many numbers the file's weights are, all together; null where there is no file, but a configuration alone */
  constructor(private readonly held: number | null) {
    // No model needs more than it stores; the rest is for weights that a file may lack, so that a message can name them.
    this.most = held === null ? LARGEST : 2 * held + 65_536;
  }

  /**
   * Counts a layer's weights, and those of what it is made of; each once.
   *
   * @throws SeeRnnError, without a name in front, for the weight that is too much
   */
  count(layer: Layer): void {
    if (this.counted.has(layer)) return;
    this.counted.add(layer);
    for (const { shape } of layer.weights) {
      this.made += sizeOf(shape);
      if (!(this.made <= this.most)) throw new SeeRnnError(`a weight of shape ${shapeText(shape)} is more than ${this.held === null ? `a model may have (${LARGEST} numbers in all)` : `the file holds (${this.held} numbers)`}`);
    }
    for (const part of layer.parts) this.count(part.layer);
  }
}
