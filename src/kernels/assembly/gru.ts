// One step of a GRU over all blocks; the equations are those of `src/cells/gru.ts`.
//
// A step's rows are new, update, reset and q: the first three are what x W adds to, and with resetAfter the last three
// are what h' U adds to, so that each is one product. q is h' Un + vn with resetAfter, and r h' without.

import { activate, madd, one, slope, tiny } from './activation';
import { carry, count, drop } from './lstm';
import { blocksOf, Pass } from './pass';
import { addProducts, ROW } from './tile';

export function gruForward(p: Pass, a: usize, h: usize, hTo: usize, skipped: usize): void {
  const size = p.units * ROW;
  const blocks = blocksOf(p);
  addProducts(p.recurrent, (p.resetAfter ? 3 : 2) * p.units, p.units, h, size, a + size, 4 * size, blocks);
  for (let block: usize = 0; block < blocks; block++) {
    const at = a + 4 * size * block;
    // Update and reset lie side by side.
    activate(p.recurrentActivation, at + size, 2 * size);
    const reset = at + 2 * size;
    const q = at + 3 * size;
    if (p.resetAfter) {
      for (let o: usize = 0; o < size; o += 16) v128.store(at + o, madd(v128.load(reset + o), v128.load(q + o), v128.load(at + o)));
    } else {
      for (let o: usize = 0; o < size; o += 16) v128.store(q + o, f32x4.mul(v128.load(reset + o), v128.load(h + size * block + o)));
    }
  }
  if (!p.resetAfter) addProducts(p.recurrentNew, p.units, p.units, a + 3 * size, 4 * size, a, 4 * size, blocks);
  for (let block: usize = 0; block < blocks; block++) {
    activate(p.activation, a, size);
    for (let o: usize = 0; o < size; o += 16) {
      const candidate = v128.load(a + o);
      const update = v128.load(a + size + o);
      const before = v128.load(h + o);
      const after = f32x4.add(f32x4.mul(update, before), f32x4.mul(f32x4.sub(one(), update), candidate));
      v128.store(hTo + o, carry(skipped, o, before, after));
    }
    a += 4 * size;
    h += size;
    hTo += size;
    if (skipped !== 0) skipped += ROW;
  }
}

/** @param a gates of this step, which become their adjoints: new, update, reset and, with resetAfter, q */
export function gruBackward(p: Pass, a: usize, h: usize, dY: usize, totals: usize, skipped: usize, flushed: usize): void {
  const size = p.units * ROW;
  const blocks = blocksOf(p);
  const gatesAt = a;
  const hAt = h;
  const total: usize = p.totalHidden === 0 ? 0 : p.totalHidden + totals;
  for (let block: usize = 0; block < blocks; block++) {
    const done = block * size;
    const dy: usize = dY === 0 ? 0 : dY + done;
    const th: usize = total === 0 ? 0 : total + done;
    if (p.resetAfter) adjoints(true, p.activation, p.recurrentActivation, size, a, h, p.dHidden + done, dy, th, skipped, flushed);
    else adjoints(false, p.activation, p.recurrentActivation, size, a, h, p.dHidden + done, dy, th, skipped, flushed);
    a += 4 * size;
    h += size;
    if (skipped !== 0) skipped += ROW;
  }
  if (!p.resetAfter) {
    memory.fill(p.dProduct, 0, blocks * size);
    addProducts(p.recurrentNewBack, p.units, p.units, gatesAt, 4 * size, p.dProduct, size, blocks);
    for (let block: usize = 0; block < blocks; block++) {
      const done = block * size;
      resetAdjoints(p.recurrentActivation, size, gatesAt + 4 * done, hAt + done, p.dHidden + done, p.dProduct + done, flushed);
    }
  }
  addProducts(p.recurrentBack, p.units, (p.resetAfter ? 3 : 2) * p.units, gatesAt + size, 4 * size, p.dHidden, size, blocks);
}

// @ts-ignore: decorator
@inline
function adjoints(resetAfter: bool, f: usize, s: usize, size: usize, a: usize, h: usize, dh: usize, dY: usize, th: usize, skipped: usize, flushed: usize): void {
  let lostHidden = i32x4.splat(0);
  let lostGates = i32x4.splat(0);
  for (let o: usize = 0; o < size; o += 16) {
    const at = a + o;
    const candidate = v128.load(at);
    const update = v128.load(at + size);
    let dHidden = v128.load(dh + o);
    if (dY !== 0) dHidden = f32x4.add(dHidden, v128.load(dY + o));
    let small = tiny(dHidden);
    lostHidden = i32x4.sub(lostHidden, small);
    dHidden = v128.andnot(dHidden, small);
    if (th !== 0) v128.store(th + o, dHidden);

    let d = drop(skipped, o, f32x4.mul(f32x4.mul(dHidden, f32x4.sub(v128.load(h + o), candidate)), slope(s, update)));
    small = tiny(d);
    lostGates = i32x4.sub(lostGates, small);
    v128.store(at + size, v128.andnot(d, small));
    d = drop(skipped, o, f32x4.mul(f32x4.mul(dHidden, f32x4.sub(one(), update)), slope(f, candidate)));
    small = tiny(d);
    lostGates = i32x4.sub(lostGates, small);
    d = v128.andnot(d, small);
    v128.store(at, d);
    if (resetAfter) {
      const r = v128.load(at + 2 * size);
      let dr = drop(skipped, o, f32x4.mul(f32x4.mul(d, v128.load(at + 3 * size)), slope(s, r)));
      small = tiny(dr);
      lostGates = i32x4.sub(lostGates, small);
      v128.store(at + 2 * size, v128.andnot(dr, small));
      const dq = f32x4.mul(d, r);
      v128.store(at + 3 * size, v128.andnot(dq, tiny(dq)));
    }
    v128.store(dh + o, carry(skipped, o, dHidden, f32x4.mul(dHidden, update)));
  }
  count(flushed, lostHidden);
  count(flushed + 8, lostGates);
}

/** Without resetAfter: from dL/dq to that of the reset gate and of h'. A skipped sample's dL/dq is 0. */
function resetAdjoints(s: usize, size: usize, a: usize, h: usize, dh: usize, dq: usize, flushed: usize): void {
  let lost = i32x4.splat(0);
  for (let o: usize = 0; o < size; o += 16) {
    const r = v128.load(a + 2 * size + o);
    const d = v128.load(dq + o);
    const dr = f32x4.mul(f32x4.mul(d, v128.load(h + o)), slope(s, r));
    const small = tiny(dr);
    lost = i32x4.sub(lost, small);
    v128.store(a + 2 * size + o, v128.andnot(dr, small));
    v128.store(dh + o, madd(d, r, v128.load(dh + o)));
  }
  count(flushed + 8, lost);
}
