/** Seeded random numbers for tests: the same seed, the same numbers, on every machine. */
export class Random {
  private state: number;

  constructor(readonly seed: number) { this.state = seed >>> 0; }

  /** Uniform in [0, 1): mulberry32. */
  uniform(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number in [from, to]. */
  integer(from: number, to: number): number { return from + Math.floor(this.uniform() * (to - from + 1)); }

  normal(): number { return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform()); }

  normals(length: number, scale = 1): Float64Array { return Float64Array.from({ length }, () => scale * this.normal()); }
}
