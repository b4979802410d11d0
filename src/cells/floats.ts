/** The arrays the recurrent maths works on: float32 as models hold them, float64 where a reference is wanted. */
export type Floats = Float32Array | Float64Array;

/** Zeros of the same precision as `like`. */
export const zerosLike = (like: Floats, length: number): Floats =>
  like instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
