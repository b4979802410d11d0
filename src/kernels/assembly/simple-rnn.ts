// One step of a SimpleRNN over all blocks; the equation is that of `src/cells/simple-rnn.ts`.

import { activate, slope, tiny } from './activation';
import { carry, count, drop } from './lstm';
import { blocksOf, Pass } from './pass';
import { addProducts, ROW } from './tile';

export function simpleForward(p: Pass, a: usize, h: usize, hTo: usize, skipped: usize): void {
  const size = p.units * ROW;
  const blocks = blocksOf(p);
  addProducts(p.recurrent, p.units, p.units, h, size, a, size, blocks);
  activate(p.activation, a, blocks * size);
  for (let block: usize = 0; block < blocks; block++) {
    for (let o: usize = 0; o < size; o += 16) v128.store(hTo + o, carry(skipped, o, v128.load(h + o), v128.load(a + o)));
    a += size;
    h += size;
    hTo += size;
    if (skipped !== 0) skipped += ROW;
  }
}

export function simpleBackward(p: Pass, a: usize, dY: usize, totals: usize, skipped: usize, flushed: usize): void {
  const size = p.units * ROW;
  const blocks = blocksOf(p);
  const f = p.activation;
  const total: usize = p.totalHidden === 0 ? 0 : p.totalHidden + totals;
  let lostHidden = i32x4.splat(0);
  let lostGates = i32x4.splat(0);
  for (let block: usize = 0; block < blocks; block++) {
    const start = block * size;
    for (let o = start; o < start + size; o += 16) {
      let dHidden = v128.load(p.dHidden + o);
      if (dY !== 0) dHidden = f32x4.add(dHidden, v128.load(dY + o));
      let small = tiny(dHidden);
      lostHidden = i32x4.sub(lostHidden, small);
      dHidden = v128.andnot(dHidden, small);
      if (total !== 0) v128.store(total + o, dHidden);
      const d = drop(skipped, o, f32x4.mul(dHidden, slope(f, v128.load(a + o))));
      small = tiny(d);
      lostGates = i32x4.sub(lostGates, small);
      v128.store(a + o, v128.andnot(d, small));
      v128.store(p.dHidden + o, carry(skipped, o, dHidden, f32x4.splat(0)));
    }
    if (skipped !== 0) skipped += ROW;
  }
  count(flushed, lostHidden);
  count(flushed + 8, lostGates);
  addProducts(p.recurrentBack, p.units, p.units, a, size, p.dHidden, size, blocks);
}
