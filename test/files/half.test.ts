import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../src/files/half.js';

describe('half precision', () => {
  it('comes back the same from each of the 65536', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect(toHalf(value)).toBe(0x7e00);
      else if (toHalf(value) !== bits) expect.fail(`${bits} is ${value}, which becomes ${toHalf(value)}`);
    }
  });

  it('rounds to the nearest, ties to even, between any two neighbours', () => {
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const nudge = (high - low) / 1024;
      const found = [toHalf(middle), toHalf(middle - nudge), toHalf(middle + nudge), toHalf(-middle)];
      const expected = [even, bits, bits + 1, even | 0x8000];
      if (found.join() !== expected.join()) expect.fail(`between ${low} and ${high}: ${found.join()}, expected ${expected.join()}`);
    }
  });

  it.each([
    ['one', 0x3c00, 1], ['two thirds, nearly', 0x3955, 0.66650390625], ['the greatest', 0x7bff, 65504], ['the least normal', 0x0400, 2 ** -14],
    ['the least', 0x0001, 2 ** -24], ['minus zero', 0x8000, -0], ['infinity', 0x7c00, Infinity], ['minus infinity', 0xfc00, -Infinity],
  ])('%s', (_, bits, value) => {
    expect(fromHalf(bits)).toBe(value);
    expect(toHalf(value)).toBe(bits);
  });

  it('goes to zero and to infinity at the ends', () => {
    expect(toHalf(2 ** -25)).toBe(0);
    expect(toHalf(2 ** -25 * 1.0001)).toBe(1);
    expect(toHalf(65519.999)).toBe(0x7bff);
    expect(toHalf(65520)).toBe(0x7c00);
    expect(toHalf(-1e300)).toBe(0xfc00);
  });
});
