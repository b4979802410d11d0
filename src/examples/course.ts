import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { accelerate, type Acceleration } from '../trace/accelerate.js';

/** A model's input and targets. */
export interface Batch { readonly x: tf.Tensor; readonly y: tf.Tensor }

/** How a model is trained. Examples with the same key share one training. */
export interface Training {
  /** What the model is, in a word or two. */
  readonly name: string;
  readonly key: string;
  /** The model, its weights drawn and compiled. */
  build(): LayersModel;
  /** A source of batches from its beginning: each call of it makes the next. */
  batches(): () => Batch;
  /** For how many iterations each batch is used. */
  readonly iterationsPerBatch: number;
}

/** A training under way. It can go on after its model was looked at. */
export class Course {
  readonly model: LayersModel;
  private readonly acceleration: Acceleration;
  private readonly nextBatch: () => Batch;
  private batch: Batch | null = null;
  private done = 0;
  private lastLoss = NaN;

  constructor(private readonly training: Training) {
    this.model = buildTidily(training);
    this.acceleration = accelerate(this.model);
    this.nextBatch = training.batches();
  }

  /** How many iterations are done. */
  get iterations(): number { return this.done; }

  /** The loss of the last iteration, before its update. */
  get loss(): number { return this.lastLoss; }

  /** Trains until so many iterations are done in all. */
  async advance(iterations: number, onIteration: () => void = () => undefined): Promise<void> {
    while (this.done < iterations) {
      if (this.done % this.training.iterationsPerBatch === 0) {
        tf.dispose([this.batch?.x, this.batch?.y].filter((tensor) => tensor !== undefined));
        this.batch = this.nextBatch();
      }
      const { x, y } = this.batch!;
      this.lastLoss = await this.model.trainOnBatch(x, y) as number; // no metrics: the loss alone
      this.done++;
      onIteration();
      await nextTurn(); // all of the above is one turn of Node's loop, and Ctrl-C is heard between two
    }
  }

  /** The model takes no more part. */
  dispose(): void {
    tf.dispose([this.batch?.x, this.batch?.y].filter((tensor) => tensor !== undefined));
    this.batch = null;
    this.acceleration.restore();
    this.model.dispose();
    this.model.optimizer.dispose();
  }
}

/** TF.js's layers leave every weight's first values in memory when they are built. */
function buildTidily({ build }: Training): LayersModel {
  const models: LayersModel[] = [];
  tf.tidy(() => { models.push(build()); });
  return models[0];
}
