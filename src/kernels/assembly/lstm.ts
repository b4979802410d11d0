// One step of an LSTM over all blocks; the equations are those of `src/cells/lstm.ts`.

import { activate, madd, one, SIGMOID, slope, TANH, tiny } from './activation';
import { blocksOf, Pass } from './pass';
import { addProducts, ROW } from './tile';

/** What a skipped sample keeps: `before` where the mask is set. */
// @ts-ignore: decorator
@inline
export function carry(skipped: usize, o: usize, before: v128, after: v128): v128 {
  return skipped === 0 ? after : v128.bitselect(before, after, v128.load(skipped + (o & 16)));
}

/** What is not a skipped sample's: 0 where the mask is set. */
// @ts-ignore: decorator
@inline
export function drop(skipped: usize, o: usize, v: v128): v128 {
  return skipped === 0 ? v : v128.andnot(v, v128.load(skipped + (o & 16)));
}

/** @param a x W + b of this step: its first block; likewise the states `h`, `c` before and `hTo`, `cTo` after it */
export function lstmForward(p: Pass, a: usize, h: usize, c: usize, hTo: usize, cTo: usize, skipped: usize): void {
  const size = p.units * ROW;
  const blocks = blocksOf(p);
  addProducts(p.recurrent, p.rows, p.units, h, size, a, p.rows * ROW, blocks);
  for (let block: usize = 0; block < blocks; block++) {
    // Input and forget lie side by side.
    activate(p.recurrentActivation, a, 2 * size);
    activate(p.activation, a + 2 * size, size);
    activate(p.recurrentActivation, a + 3 * size, size);
    for (let o: usize = 0; o < size; o += 16) {
      const before = v128.load(c + o);
      const cell = madd(v128.load(a + size + o), before, f32x4.mul(v128.load(a + o), v128.load(a + 2 * size + o)));
      v128.store(hTo + o, cell);
      v128.store(cTo + o, carry(skipped, o, before, cell));
    }
    activate(p.activation, hTo, size);
    for (let o: usize = 0; o < size; o += 16) {
      v128.store(hTo + o, carry(skipped, o, v128.load(h + o), f32x4.mul(v128.load(a + 3 * size + o), v128.load(hTo + o))));
    }
    a += 4 * size;
    h += size;
    c += size;
    hTo += size;
    cTo += size;
    if (skipped !== 0) skipped += ROW;
  }
}

/**
 * @param a gates of this step, which become their adjoints
 * @param c cell states before the step, `cTo` after it
 * @param dY what the step's output adds to its adjoint; 0: nothing
 * @param flushed where to count what became 0
 */
export function lstmBackward(p: Pass, a: usize, c: usize, cTo: usize, dY: usize, totals: usize, skipped: usize, flushed: usize): void {
  const size = p.units * ROW;
  const blocks = blocksOf(p);
  const usual = p.activation === TANH && p.recurrentActivation === SIGMOID;
  const gatesAt = a;
  let dh = p.dHidden;
  let dc = p.dCell;
  const totalHidden: usize = p.totalHidden === 0 ? 0 : p.totalHidden + totals;
  const totalCell: usize = p.totalCell === 0 ? 0 : p.totalCell + totals;
  for (let block: usize = 0; block < blocks; block++) {
    const done = block * size;
    const th: usize = totalHidden === 0 ? 0 : totalHidden + done;
    const tc: usize = totalCell === 0 ? 0 : totalCell + done;
    const dy: usize = dY === 0 ? 0 : dY + done;
    memory.copy(p.activated, cTo, size);
    activate(p.activation, p.activated, size);
    if (usual) adjoints(TANH, SIGMOID, size, a, c, p.activated, dh, dc, dy, th, tc, skipped, flushed);
    else adjoints(p.activation, p.recurrentActivation, size, a, c, p.activated, dh, dc, dy, th, tc, skipped, flushed);
    a += 4 * size;
    c += size;
    cTo += size;
    dh += size;
    dc += size;
    if (skipped !== 0) skipped += ROW;
  }
  addProducts(p.recurrentBack, p.units, p.rows, gatesAt, p.rows * ROW, p.dHidden, size, blocks);
}

// @ts-ignore: decorator
@inline
function adjoints(
  f: usize, s: usize, size: usize, a: usize, c: usize, activated: usize, dh: usize, dc: usize, dY: usize, th: usize, tc: usize, skipped: usize, flushed: usize,
): void {
  let lostHidden = i32x4.splat(0);
  let lostCell = i32x4.splat(0);
  let lostGates = i32x4.splat(0);
  for (let o: usize = 0; o < size; o += 16) {
    const at = a + o;
    const input = v128.load(at);
    const forget = v128.load(at + size);
    const candidate = v128.load(at + 2 * size);
    const output = v128.load(at + 3 * size);
    // A skipped step's gates and states don't matter: what comes from them is dropped.
    const before = v128.load(c + o);
    const y = v128.load(activated + o);

    let dHidden = v128.load(dh + o);
    if (dY !== 0) dHidden = f32x4.add(dHidden, v128.load(dY + o));
    let small = tiny(dHidden);
    lostHidden = i32x4.sub(lostHidden, small);
    dHidden = v128.andnot(dHidden, small);

    const after = v128.load(dc + o);
    let dCell = f32x4.add(after, drop(skipped, o, f32x4.mul(f32x4.mul(dHidden, output), slope(f, y))));
    small = tiny(dCell);
    lostCell = i32x4.sub(lostCell, small);
    dCell = v128.andnot(dCell, small);
    if (th !== 0) v128.store(th + o, dHidden);
    if (tc !== 0) v128.store(tc + o, dCell);

    let d = drop(skipped, o, f32x4.mul(f32x4.mul(dCell, candidate), slope(s, input)));
    small = tiny(d);
    lostGates = i32x4.sub(lostGates, small);
    v128.store(at, v128.andnot(d, small));
    d = drop(skipped, o, f32x4.mul(f32x4.mul(dCell, before), slope(s, forget)));
    small = tiny(d);
    lostGates = i32x4.sub(lostGates, small);
    v128.store(at + size, v128.andnot(d, small));
    d = drop(skipped, o, f32x4.mul(f32x4.mul(dCell, input), slope(f, candidate)));
    small = tiny(d);
    lostGates = i32x4.sub(lostGates, small);
    v128.store(at + 2 * size, v128.andnot(d, small));
    d = drop(skipped, o, f32x4.mul(f32x4.mul(dHidden, y), slope(s, output)));
    small = tiny(d);
    lostGates = i32x4.sub(lostGates, small);
    v128.store(at + 3 * size, v128.andnot(d, small));

    v128.store(dc + o, carry(skipped, o, dCell, f32x4.mul(dCell, forget)));
    v128.store(dh + o, carry(skipped, o, dHidden, f32x4.splat(0)));
  }
  count(flushed, lostHidden);
  count(flushed + 4, lostCell);
  count(flushed + 8, lostGates);
}

/** Adds up four counts. */
// @ts-ignore: decorator
@inline
export function count(at: usize, four: v128): void {
  if (!v128.any_true(four)) return;
  store<u32>(at, load<u32>(at) + i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3));
}
