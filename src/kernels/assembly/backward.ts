// A sequence backwards, and the gradients of its inputs and weights.

import { samplesOf, inputsToLanes, timeOf } from './forward';
import { gruBackward } from './gru';
import { toEights, toLanes, toRows } from './lanes';
import { lstmBackward } from './lstm';
import { lanesToPanels } from './panels';
import { blocksOf, GRU, LSTM, Pass } from './pass';
import { simpleBackward } from './simple-rnn';
import { addProducts, ROW } from './tile';

/** A state's adjoints in lanes; lanes beyond the last sample are 0. */
function adjointToLanes(p: Pass, from: usize, stride: usize, to: usize): void {
  for (let block: usize = 0; block < blocksOf(p); block++, to += p.units * ROW) {
    if (from === 0) memory.fill(to, 0, p.units * ROW);
    else toLanes(from + 8 * block * stride, stride, samplesOf(p, block), p.units, to, true);
  }
}

/** Backpropagation through time: every step's gates become their adjoints. */
export function backward(p: Pass): void {
  const blocks = blocksOf(p);
  const row = p.units << 2;
  const state = blocks * p.units * ROW;
  const gates = blocks * p.rows * ROW;
  adjointToLanes(p, p.dLastHidden, row, p.dHidden);
  if (p.kind === LSTM) adjointToLanes(p, p.dLastCell, row, p.dCell);
  for (let step = p.steps; step-- > 0;) {
    p.progress++;
    if (p.dSequence !== 0) adjointToLanes(p, p.dSequence + step * row, p.steps * row, p.lanes);
    const dY: usize = p.dSequence === 0 ? 0 : p.lanes;
    const a = p.gates + step * gates;
    const h = p.hidden + step * state;
    const c = p.cell + step * state;
    const skipped: usize = p.mask === 0 ? 0 : p.skipped + step * blocks * ROW;
    const flushed = p.flushed + step * 12;
    if (p.kind === LSTM) lstmBackward(p, a, c, c + state, dY, step * state, skipped, flushed);
    else if (p.kind === GRU) gruBackward(p, a, h, dY, step * state, skipped, flushed);
    else simpleBackward(p, a, dY, step * state, skipped, flushed);
  }
}

/** dL/dx, from the gates' adjoints. */
export function inputGradient(p: Pass): void {
  const blocks = blocksOf(p);
  const row = p.features << 2;
  const stride = p.steps * row;
  const gates = blocks * p.rows * ROW;
  for (let start: usize = 0; start < p.steps; start += p.chunk) {
    const end = min<usize>(start + p.chunk, p.steps);
    p.progress++;
    memory.fill(p.lanes, 0, (end - start) * blocks * p.features * ROW);
    addProducts(p.kernelBack, p.features, p.kind === GRU ? 3 * p.units : p.rows, p.gates + start * gates, p.rows * ROW, p.lanes, p.features * ROW, blocks * (end - start));
    let from = p.lanes;
    for (let step = start; step < end; step++) {
      for (let block: usize = 0; block < blocks; block++, from += p.features * ROW) {
        toRows(from, p.features, p.dx + 8 * block * stride + timeOf(p, step) * row, stride, samplesOf(p, block));
      }
    }
  }
}

/** [rows / 8][width][8] += transpose of the factors (depth x width) . the adjoints (depth x rows) */
function addOuter(p: Pass, width: usize, rows: usize, depth: usize, to: usize): void {
  for (let row: usize = 0; row < rows; row += 8, to += width * ROW) {
    addProducts(p.factors, width, depth, p.adjoints + (row >> 3) * depth * ROW, 0, to, 0, 1);
  }
}

function adjointsToEights(p: Pass, a: usize, first: usize, rows: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++, a += p.rows * ROW) toEights(a + first * ROW, rows, p.adjoints + i * 8 * ROW, 8 * count * ROW);
}

function factorsToPanels(p: Pass, from: usize, step: usize, rows: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++, from += step) lanesToPanels(from, rows, 8 * count, 8 * i, p.factors);
}

/** dL/dW, dL/dU and dL/db, from the gates' adjoints, as sums over steps and samples. */
export function weightGradients(p: Pass): void {
  const blocks = blocksOf(p);
  const size = p.units * ROW;
  const U = p.units;
  for (let start: usize = 0; start < p.steps; start += p.outer) {
    const end = min<usize>(start + p.outer, p.steps);
    const count = (end - start) * blocks;
    const depth: usize = 8 * count;
    const a = p.gates + start * blocks * p.rows * ROW;
    const h = p.hidden + start * blocks * size;

    p.progress++;
    biasGradient(p, a, count);
    inputsToLanes(p, start, end);
    factorsToPanels(p, p.lanes, p.features * ROW, p.features, count);
    const kernelRows: usize = p.kind === GRU ? 3 * U : p.rows;
    adjointsToEights(p, a, 0, kernelRows, count);
    addOuter(p, p.features, kernelRows, depth, p.dKernel);

    factorsToPanels(p, h, size, U, count);
    if (p.kind !== GRU) {
      addOuter(p, U, p.rows, depth, p.dRecurrent);
    } else if (p.resetAfter) {
      adjointsToEights(p, a, U, 3 * U, count);
      addOuter(p, U, 3 * U, depth, p.dRecurrent);
    } else {
      adjointsToEights(p, a, U, 2 * U, count);
      addOuter(p, U, 2 * U, depth, p.dRecurrent);
      // The new gate's recurrent weights see q = r h'.
      factorsToPanels(p, a + 3 * size, 4 * size, U, count);
      adjointsToEights(p, a, 0, U, count);
      addOuter(p, U, U, depth, p.dRecurrent + (2 * U + 7 >> 3) * U * ROW);
    }
  }
}

/** Every row's sum over steps and samples. */
function biasGradient(p: Pass, a: usize, count: usize): void {
  for (let row: usize = 0; row < p.rows; row++) {
    let sum = f32x4.splat(0);
    let at = a + row * ROW;
    for (let i: usize = 0; i < count; i++, at += p.rows * ROW) sum = f32x4.add(sum, f32x4.add(v128.load(at), v128.load(at, 16)));
    const four = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
    store<f32>(p.dBias + (row << 2), load<f32>(p.dBias + (row << 2)) + four);
  }
}

/**
 * A weight's gradient in its own layout, from the sums of `weightGradients`.
 *
 * @param from [rows / 8][width][8]
 * @param turn row r is column (r + turn) mod rows
 * @param to (width, rows), `ld` floats apart
 */
export function readColumns(from: usize, width: usize, rows: usize, turn: usize, to: usize, ld: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const column = row + turn >= rows ? row + turn - rows : row + turn;
    const at = from + (row >> 3) * width * ROW + ((row & 7) << 2);
    for (let i: usize = 0; i < width; i++) store<f32>(to + (i * ld + column << 2), load<f32>(at + i * ROW));
  }
}

/** Adds one thread's sums to another's. */
export function addSums(to: usize, from: usize, floats: usize): void {
  for (const end = to + (floats << 2); to < end; to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}
