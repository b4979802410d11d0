// A sequence forwards.

import { gruForward } from './gru';
import { toLanes, toRows } from './lanes';
import { lstmForward } from './lstm';
import { blocksOf, GRU, LSTM, Pass } from './pass';
import { simpleForward } from './simple-rnn';
import { addProducts, ROW } from './tile';

/** The timestep, in input order, of a step in processing order. */
// @ts-ignore: decorator
@inline
export function timeOf(p: Pass, step: usize): usize { return p.backwards ? p.steps - 1 - step : step; }

/** Samples of a block. */
// @ts-ignore: decorator
@inline
export function samplesOf(p: Pass, block: usize): usize { return min<usize>(8, p.samples - 8 * block); }

/** A chunk's inputs, in lanes, to `p.lanes`. */
export function inputsToLanes(p: Pass, start: usize, end: usize): void {
  const row = p.features << 2;
  const stride = p.steps * row;
  let to = p.lanes;
  for (let step = start; step < end; step++) {
    const from = p.x + timeOf(p, step) * row;
    for (let block: usize = 0; block < blocksOf(p); block++, to += p.features * ROW) {
      toLanes(from + 8 * block * stride, stride, samplesOf(p, block), p.features, to, false);
    }
  }
}

function stateToLanes(p: Pass, rows: usize, to: usize): void {
  const stride = p.units << 2;
  if (rows === 0) {
    memory.fill(to, 0, blocksOf(p) * p.units * ROW);
    return;
  }
  for (let block: usize = 0; block < blocksOf(p); block++) {
    toLanes(rows + 8 * block * stride, stride, samplesOf(p, block), p.units, to + block * p.units * ROW, false);
  }
}

function maskToLanes(p: Pass): void {
  let to = p.skipped;
  for (let step: usize = 0; step < p.steps; step++) {
    for (let block: usize = 0; block < blocksOf(p); block++, to += ROW) {
      for (let lane: usize = 0; lane < 8; lane++) {
        const sample = min<usize>(8 * block + lane, p.samples - 1);
        store<i32>(to + (lane << 2), load<u32>(p.mask + (sample * p.steps + timeOf(p, step) << 2)) === 0 ? -1 : 0);
      }
    }
  }
}

/** Every row begins with its bias. */
function biasToLanes(p: Pass, to: usize, blocks: usize): void {
  for (const end = to + blocks * p.rows * ROW; to < end;) {
    for (let from = p.bias, last = p.bias + (p.rows << 2); from < last; from += 4, to += ROW) {
      const b = v128.load_splat<f32>(from);
      v128.store(to, b);
      v128.store(to, b, 16);
    }
  }
}

export function forward(p: Pass): void {
  const blocks = blocksOf(p);
  const state = blocks * p.units * ROW;
  const gates = blocks * p.rows * ROW;
  stateToLanes(p, p.initialHidden, p.hidden);
  if (p.kind === LSTM) stateToLanes(p, p.initialCell, p.cell);
  if (p.mask !== 0) maskToLanes(p);

  for (let start: usize = 0; start < p.steps; start += p.chunk) {
    const end = min<usize>(start + p.chunk, p.steps);
    inputsToLanes(p, start, end);
    const kept: usize = p.keep ? start : 0;
    let a = p.gates + kept * gates;
    let h = p.hidden + kept * state;
    let c = p.cell + kept * state;
    biasToLanes(p, a, blocks * (end - start));
    addProducts(p.kernel, p.kind === GRU ? 3 * p.units : p.rows, p.features, p.lanes, p.features * ROW, a, p.rows * ROW, blocks * (end - start));
    for (let step = start; step < end; step++, a += gates, h += state, c += state) {
      p.progress++;
      const skipped: usize = p.mask === 0 ? 0 : p.skipped + step * blocks * ROW;
      if (p.kind === LSTM) lstmForward(p, a, h, c, h + state, c + state, skipped);
      else if (p.kind === GRU) gruForward(p, a, h, h + state, skipped);
      else simpleForward(p, a, h, h + state, skipped);
      if (p.sequence !== 0) {
        const row = p.units << 2;
        for (let block: usize = 0; block < blocks; block++) {
          toRows(h + state + block * p.units * ROW, p.units, p.sequence + (8 * block * p.steps + step) * row, p.steps * row, samplesOf(p, block));
        }
      }
    }
    if (!p.keep) {
      memory.copy(p.hidden, h, state);
      if (p.kind === LSTM) memory.copy(p.cell, c, state);
    }
  }
}

/**
 * Reads some rows of every step's blocks.
 *
 * @param from [step][block][rows][8]
 * @param first the first of `width` rows that are read
 * @param to (samples, steps, width), time as `backwards` says
 */
export function readRows(p: Pass, from: usize, steps: usize, rows: usize, first: usize, width: usize, backwards: bool, to: usize): void {
  const stride = steps * width << 2;
  for (let step: usize = 0; step < steps; step++) {
    const time = backwards ? steps - 1 - step : step;
    for (let block: usize = 0; block < blocksOf(p); block++, from += rows * ROW) {
      toRows(from + first * ROW, width, to + 8 * block * stride + (time * width << 2), stride, samplesOf(p, block));
    }
  }
}
