import { slopes } from './activations.js';
import type { Cell } from './cell.js';

/**
 * The simple recurrent network (Elman 1990), as Keras has it:
 *
 *     h = p(x W + h' U + b)
 *
 * Its one "gate" is the state's pre-activation.
 */
export const simpleRNN: Cell = {
  kind: 'SimpleRNN',
  gates: ['state'],
  recurrentlyActivated: [],
  hasCellState: false,
  kept: [],
  keptAdjoints: [],

  forward(pass, at) {
    const { size, units, samples, activation: p, hidden: h } = pass;
    const a = pass.preactivations['state'];
    const y = pass.gates['state'];

    pass.recurrent['state'].addTo(a, at, pass.hiddenBefore, at, samples);
    p.apply(a, y, at, at + size, units);
    for (let n = at; n < at + size; n++) h[n + size] = y[n];
  },

  backward(pass, adjoints, step, at) {
    const { size, units, samples, activation: p } = pass;
    const da = adjoints.gates['state'];

    for (let n = 0; n < size; n++) da[at + n] = step.hidden[n];
    p.pullBack(pass.preactivations['state'], pass.gates['state'], da, at, at + size, units);
    adjoints.recurrentTransposed['state'].addTo(step.hiddenBefore, 0, da, at, samples);
  },

  recurrentTerm: (pass, adjoints, gate) => ({ factor: pass.hiddenBefore, adjoint: adjoints.gates[gate] }),

  // dh_n / dh'_m = p'(a_n) U_mn
  jacobian({ units, activation: p, preactivations: a, gates: y }, at, { state: u }) {
    const slope = slopes(p, a['state'], y['state'], at, units);
    return Float64Array.from({ length: units * units }, (_, k) => slope[Math.floor(k / units)] * u[(k % units) * units + Math.floor(k / units)]);
  },
};
