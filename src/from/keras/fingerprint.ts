/**
 * The hashes by which TensorFlow sorts text into buckets, of short text: FarmHash's Fingerprint64 and SipHash-2-4. Whole numbers are hashed as the digits that they are
 * written with, at most 20 of them, so that the branches for longer text are left out.
 */

const MASK = 0xffff_ffff_ffff_ffffn;
const wrap = (x: bigint): bigint => x & MASK;
const rotateRight = (x: bigint, by: bigint): bigint => wrap((x >> by) | (x << (64n - by)));
const rotateLeft = (x: bigint, by: bigint): bigint => rotateRight(x, 64n - by);

const bytesOf = (text: string): bigint[] => [...new TextEncoder().encode(text)].map(BigInt);

/** `count` bytes as a number, the lowest first. */
function fetch(bytes: readonly bigint[], at: number, count: number): bigint {
  let value = 0n;
  for (let i = count - 1; i >= 0; i--) value = (value << 8n) | bytes[at + i]!;
  return value;
}

const K0 = 0xc3a5_c85c_97cb_3127n;
const K1 = 0xb492_b66f_be98_f273n;
const K2 = 0x9ae1_6a3b_2f90_404fn;

function mixed(u: bigint, v: bigint, factor: bigint): bigint {
  const a = wrap((u ^ v) * factor);
  const b = wrap((v ^ (a ^ (a >> 47n))) * factor);
  return wrap((b ^ (b >> 47n)) * factor);
}

/** FarmHash's Fingerprint64 (farmhashna, Geoff Pike, 2014) of text of at most 32 bytes. */
export function fingerprint64(text: string): bigint {
  const bytes = bytesOf(text);
  const length = bytes.length;
  const factor = K2 + BigInt(length) * 2n;
  if (length > 16) {
    const [a, b] = [wrap(fetch(bytes, 0, 8) * K1), fetch(bytes, 8, 8)];
    const [c, d] = [wrap(fetch(bytes, length - 8, 8) * factor), wrap(fetch(bytes, length - 16, 8) * K2)];
    return mixed(wrap(rotateRight(wrap(a + b), 43n) + rotateRight(c, 30n) + d), wrap(a + rotateRight(wrap(b + K2), 18n) + c), factor);
  }
  if (length >= 8) {
    const a = wrap(fetch(bytes, 0, 8) + K2);
    const b = fetch(bytes, length - 8, 8);
    return mixed(wrap(rotateRight(b, 37n) * factor + a), wrap((rotateRight(a, 25n) + b) * factor), factor);
  }
  if (length >= 4) return mixed(BigInt(length) + (fetch(bytes, 0, 4) << 3n), fetch(bytes, length - 4, 4), factor);
  if (length === 0) return K2;
  const y = bytes[0]! + (bytes[length >> 1]! << 8n);
  const z = BigInt(length) + (bytes[length - 1]! << 2n);
  const mix = wrap(y * K2) ^ wrap(z * K0);
  return wrap((mix ^ (mix >> 47n)) * K2);
}

/** SipHash-2-4 (Aumasson and Bernstein, 2012) under a key of two numbers of 64 bits. */
export function sipHash(text: string, [key0, key1]: readonly [bigint, bigint]): bigint {
  const bytes = bytesOf(text);
  let [a, b, c, d] = [key0 ^ 0x736f_6d65_7073_6575n, key1 ^ 0x646f_7261_6e64_6f6dn, key0 ^ 0x6c79_6765_6e65_7261n, key1 ^ 0x7465_6462_7974_6573n];
  const round = (): void => {
    a = wrap(a + b); c = wrap(c + d);
    b = rotateLeft(b, 13n) ^ a; d = rotateLeft(d, 16n) ^ c;
    a = rotateLeft(a, 32n);
    c = wrap(c + b); a = wrap(a + d);
    b = rotateLeft(b, 17n) ^ c; d = rotateLeft(d, 21n) ^ a;
    c = rotateLeft(c, 32n);
  };
  const take = (word: bigint): void => {
    d ^= word;
    round();
    round();
    a ^= word;
  };
  const whole = bytes.length - bytes.length % 8;
  for (let at = 0; at < whole; at += 8) take(fetch(bytes, at, 8));
  take((BigInt(bytes.length & 0xff) << 56n) | fetch(bytes, whole, bytes.length - whole));
  c ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return a ^ b ^ c ^ d;
}
