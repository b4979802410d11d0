/**
 * Seeded random numbers: the same seed gives the same numbers on every machine. (xoshiro128**, seeded by splitmix32; both by
 * Blackman and Vigna, and in the public domain.)
 *
 * @example
 * new Random(1).normals(3) // three numbers from N(0, 1), always these
 */
export class Random {
  private readonly state: Uint32Array;
  private spare: number | null = null;

  constructor(seed: number) {
    let at = seed >>> 0;
    this.state = Uint32Array.from({ length: 4 }, () => {
      at = (at + 0x9e3779b9) >>> 0;
      let word = at;
      word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      return word ^ (word >>> 15);
    });
  }

  /** 32 random bits, as a whole number from 0. */
  private bits(): number {
    const s = this.state;
    const scrambled = Math.imul(s[1], 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** A number from U[0, 1), with all 53 bits of a double. */
  uniform(): number {
    return ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
  }

  /** A number from N(0, 1): Marsaglia's polar method, which makes two at a time. */
  normal(): number {
    const { spare } = this;
    if (spare !== null) {
      this.spare = null;
      return spare;
    }
    for (;;) {
      const [u, v] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = v * scale;
      return u * scale;
    }
  }

  /** A whole number, each from 0 to `count - 1` as likely. */
  index(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** So many numbers from U[low, high). */
  uniforms(length: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length }, () => low + (high - low) * this.uniform());
  }

  /** So many numbers from N(0, 1). */
  normals(length: number): Float32Array {
    return Float32Array.from({ length }, () => this.normal());
  }
}
