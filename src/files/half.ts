// IEEE 754 half precision (float16): 1 sign bit, 5 exponent bits, 10 fraction bits. JavaScript has no array of these
// before Float16Array (2025).

/** The number that 16 bits of half precision stand for; every one of them is also a float32. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24; // zero and subnormal
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The half nearest to a number, ties to even, rounded once. From 65520 on that is infinity. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24); // subnormal; 1024 of them make the least normal one
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--; // log2 rounds up just below a power of two
  const steps = roundHalfEven((size / 2 ** exponent - 1) * 1024); // exact until here: a power of two only moves the exponent
  return sign | (((exponent + 15) << 10) + steps); // 1024 steps carry into the exponent, as they should
}

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
