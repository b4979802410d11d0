import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NamedArray } from '../core/array.js';
import type { Model } from '../model/model.js';
import { Adam } from './adam.js';

/** A model's input and targets. */
export interface Batch { readonly x: NamedArray; readonly y: NamedArray }

/** How a model is trained. Examples with the same key share one training. */
export interface Training {
  /** What the model is, in a word or two. */
  readonly name: string;
  readonly key: string;
  /** The model, its weights drawn, with a loss. */
  build(): Model;
  /** A source of batches from its beginning: each call of it makes the next. */
  batches(): () => Batch;
  /** For how many iterations each batch is used. */
  readonly iterationsPerBatch: number;
}

/** The learning rate of all examples. */
export const LEARNING_RATE = 4e-3;

/** A training under way. It can go on after its model was looked at. */
export class Course {
  readonly model: Model;
  private readonly adam: Adam;
  private readonly nextBatch: () => Batch;
  private batch: Batch | null = null;
  private done = 0;
  private lastLoss = NaN;

  constructor(private readonly training: Training) {
    this.model = training.build();
    this.adam = new Adam(this.model, { learningRate: LEARNING_RATE });
    this.nextBatch = training.batches();
  }

  /** How many iterations are done. */
  get iterations(): number { return this.done; }

  /** The loss of the last iteration, before its update. */
  get loss(): number { return this.lastLoss; }

  /** Trains until so many iterations are done in all. */
  async advance(iterations: number, onIteration: () => void = () => undefined): Promise<void> {
    while (this.done < iterations) {
      if (this.batch === null || this.done % this.training.iterationsPerBatch === 0) this.batch = this.nextBatch();
      this.lastLoss = await this.adam.step(this.batch.x, this.batch.y);
      this.done++;
      onIteration();
      await nextTurn(); // all of the above is one turn of Node's loop, and Ctrl-C is heard between two
    }
  }
}
