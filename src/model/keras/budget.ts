import { shapeText, sizeOf } from '../../core/array.js';
import { SeeRnnError } from '../../core/errors.js';
import { inside, type Layer } from '../internals.js';
import { sublayers } from '../sublayers.js';

/**
 * Counts the weights that are made against what the file holds, so that a damaged configuration, `units: 10 ** 9`, is refused before
 * its memory is asked for.
 */
export class WeightBudget {
  private made = 0;
  private readonly most: number;

  /** @param held how many numbers the file's weights are, all together */
  constructor(private readonly held: number) {
    // No model needs more than it stores; the rest is for weights that a file may lack, so that a message can name them.
    this.most = 2 * held + 65_536;
  }

  /** Watches what a layer, and those in it, make of weights until the returned function is called. */
  watch(layer: Layer): () => void {
    const parts = sublayers(layer);
    for (const part of parts) {
      const add = inside(part).addWeight.bind(part);
      inside(part).addWeight = (name, shape, ...rest) => {
        this.count(shape);
        return add(name, shape, ...rest);
      };
    }
    return () => {
      // The method of its class shows again.
      for (const part of parts) delete (inside(part) as Partial<Pick<ReturnType<typeof inside>, 'addWeight'>>).addWeight;
    };
  }

  count(shape: readonly number[]): void {
    this.made += sizeOf(shape);
    if (!(this.made <= this.most)) throw new SeeRnnError(`a weight of shape ${shapeText(shape)} is more than the file holds (${this.held} numbers)`);
  }
}
