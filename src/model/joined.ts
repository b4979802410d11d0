import { sizeOf, type Numbers } from '../core/array.js';
import type { Part } from './parts.js';

/** An array that comes in parts, each with some of the samples, its first axis. What comes whole is taken as it is, without a copy. */
export class Joined {
  private data: Numbers | null = null;

  /** @param part which samples; null for all */
  add(data: Numbers, shape: readonly number[], part: Part | null): void {
    if (part === null) {
      this.data = data;
      return;
    }
    const inner = sizeOf(shape.slice(1));
    this.data ??= new (data.constructor as new (length: number) => Numbers)(part.of * inner);
    this.data.set(data, part.from * inner);
  }

  /** Null where no part came; samples that did not come are zero. */
  get whole(): Numbers | null { return this.data; }
}

/** An array that is the sum of what each part of the samples adds to it: summed in float64, so that many parts lose no digits. */
export class Summed {
  private first: Numbers | null = null;
  private sum: Float64Array | null = null;

  add(data: Numbers): void {
    if (this.first === null) {
      this.first = data;
      return;
    }
    const sum = (this.sum ??= new Float64Array(this.first));
    for (let n = 0; n < sum.length; n++) sum[n]! += data[n]!;
  }

  /** Null where no part added anything. */
  get whole(): Numbers | null { return this.sum && !(this.first instanceof Float64Array) ? new Float32Array(this.sum) : this.sum ?? this.first; }
}
