import { slopes } from './activations.js';
import type { Cell } from './cell.js';

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), as Keras has it:
 *
 *     i = s(x Wi + h' Ui + bi)      input gate
 *     f = s(x Wf + h' Uf + bf)      forget gate
 *     g = p(x Wc + h' Uc + bc)      candidate: Keras's "cell" gate
 *     o = s(x Wo + h' Uo + bo)      output gate
 *     c = f c' + i g
 *     h = o p(c)
 *
 * with h', c' the states before the step, s the recurrent activation and p the activation. Below, `d` before a name is
 * the derivative of the loss by it; `at` is where a step's block starts and, in the states' arrays, where the block
 * before the step starts: `after` is one block further.
 */
export const lstm: Cell = {
  kind: 'LSTM',
  gates: ['input', 'forget', 'cell', 'output'],
  recurrentlyActivated: ['input', 'forget', 'output'],
  hasCellState: true,
  kept: ['activatedCell'],
  keptAdjoints: ['activatedCell'],

  forward(pass, at) {
    const { size, units, samples, activation: p, recurrentActivation: s, preactivations: a, hidden: h, cell: c } = pass;
    const { input: i, forget: f, cell: g, output: o } = pass.gates;
    const pc = pass.kept['activatedCell'];
    const end = at + size;

    for (const gate of lstm.gates) pass.recurrent[gate].addTo(a[gate], at, pass.hiddenBefore, at, samples);
    s.apply(a['input'], i, at, end, units);
    s.apply(a['forget'], f, at, end, units);
    p.apply(a['cell'], g, at, end, units);
    s.apply(a['output'], o, at, end, units);

    for (let n = at; n < end; n++) c[n + size] = f[n] * c[n] + i[n] * g[n];
    p.apply(c, pc, at + size, end + size, units);
    for (let n = at; n < end; n++) h[n + size] = o[n] * pc[n + size];
  },

  backward(pass, adjoints, step, at) {
    const { size, units, samples, activation: p, recurrentActivation: s, preactivations: a, cell: c } = pass;
    const { input: i, forget: f, cell: g, output: o } = pass.gates;
    const { input: di, forget: df, cell: dg, output: dO } = adjoints.gates;
    const pc = pass.kept['activatedCell'];
    const dpc = adjoints.kept['activatedCell'];
    const end = at + size;
    const after = at + size;

    // h = o p(c)
    for (let n = 0; n < size; n++) {
      dO[at + n] = step.hidden[n] * pc[after + n];
      dpc[after + n] = step.hidden[n] * o[at + n];
    }
    p.pullBack(c, pc, dpc, after, after + size, units);

    // c = f c' + i g
    for (let n = 0; n < size; n++) {
      adjoints.cell[after + n] += dpc[after + n];
      const dc = step.cell[n] + dpc[after + n];
      di[at + n] = dc * g[at + n];
      df[at + n] = dc * c[at + n];
      dg[at + n] = dc * i[at + n];
      step.cellBefore[n] += dc * f[at + n];
    }

    s.pullBack(a['input'], i, di, at, end, units);
    s.pullBack(a['forget'], f, df, at, end, units);
    p.pullBack(a['cell'], g, dg, at, end, units);
    s.pullBack(a['output'], o, dO, at, end, units);
    for (const gate of lstm.gates) adjoints.recurrentTransposed[gate].addTo(step.hiddenBefore, 0, adjoints.gates[gate], at, samples);
  },

  recurrentTerm: (pass, adjoints, gate) => ({ factor: pass.hiddenBefore, adjoint: adjoints.gates[gate] }),

  jacobian(pass, at, u) {
    const { size, units, activation: p, recurrentActivation: s, preactivations: a, cell: c } = pass;
    const { input: i, forget: f, cell: g, output: o } = pass.gates;
    const pc = pass.kept['activatedCell'];
    const after = at + size;
    const by = { i: slopes(s, a['input'], i, at, units), f: slopes(s, a['forget'], f, at, units), g: slopes(p, a['cell'], g, at, units), o: slopes(s, a['output'], o, at, units) };
    const byCell = slopes(p, c, pc, after, units);

    const width = 2 * units;
    const out = new Float64Array(width * width);
    for (let n = 0; n < units; n++) {
      const [toH, toC] = [n * width, (units + n) * width];
      // h = o p(c)
      const throughCell = o[at + n] * byCell[n];
      for (let m = 0; m < units; m++) {
        const k = m * units + n;
        // c = f c' + i g
        const dc = g[at + n] * by.i[n] * u['input'][k] + c[at + n] * by.f[n] * u['forget'][k] + i[at + n] * by.g[n] * u['cell'][k];
        out[toC + m] = dc;
        out[toH + m] = pc[after + n] * by.o[n] * u['output'][k] + throughCell * dc;
      }
      out[toC + units + n] = f[at + n];
      out[toH + units + n] = throughCell * f[at + n];
    }
    return out;
  },
};
