import { slopes } from './activations.js';
import type { Cell } from './cell.js';
import { addBias } from './product.js';

/**
 * The gated recurrent unit (Cho et al. 2014), as Keras has it:
 *
 *     z = s(x Wz + h' Uz + bz)              update gate
 *     r = s(x Wr + h' Ur + br)              reset gate
 *     h = z h' + (1 - z) n
 *
 * and the new state in one of two forms. With reset_after, Keras's default since 2019 and cuDNN's form, the reset gate
 * acts on the recurrent product q, and every gate has a second, recurrent bias (v):
 *
 *     n = p(x Wn + bn + r q),   q = h' Un + vn
 *
 * without it, as published, the gate acts on the state:
 *
 *     n = p(x Wn + bn + q Un),  q = r h'
 *
 * `d` before a name is the derivative of the loss by it; `at` is where a step's block starts.
 */
export const gru: Cell = {
  kind: 'GRU',
  gates: ['update', 'reset', 'new'],
  recurrentlyActivated: ['update', 'reset'],
  hasCellState: false,
  kept: ['q'],
  keptAdjoints: ['q'],

  forward(pass, at) {
    const { size, units, samples, activation: p, recurrentActivation: s, preactivations: a, recurrent: u } = pass;
    const { update: z, reset: r, new: n } = pass.gates;
    const { hidden: h, hiddenBefore: before } = pass;
    const carried = pass.carriesWhole ? h : before;
    const { recurrentBias: v } = pass;
    const { q } = pass.kept;
    const end = at + size;

    for (const gate of gru.recurrentlyActivated) {
      u[gate].addTo(a[gate], at, before, at, samples);
      if (v !== null) addBias(a[gate], at, v[gate], samples);
    }
    s.apply(a['update'], z, at, end, units);
    s.apply(a['reset'], r, at, end, units);

    if (pass.resetAfter) {
      u['new'].addTo(q, at, before, at, samples);
      if (v !== null) addBias(q, at, v['new'], samples);
      for (let k = at; k < end; k++) a['new'][k] += r[k] * q[k];
    } else {
      for (let k = at; k < end; k++) q[k] = r[k] * before[k];
      u['new'].addTo(a['new'], at, q, at, samples);
    }
    p.apply(a['new'], n, at, end, units);

    for (let k = at; k < end; k++) h[k + size] = z[k] * carried[k] + (1 - z[k]) * n[k];
  },

  backward(pass, adjoints, step, at) {
    const { size, units, samples, activation: p, recurrentActivation: s, preactivations: a, hiddenBefore: before } = pass;
    const { update: z, reset: r, new: n } = pass.gates;
    const { update: dz, reset: dr, new: dn } = adjoints.gates;
    const { q } = pass.kept;
    const { q: dq } = adjoints.kept;
    const { recurrentTransposed: uT } = adjoints;
    const end = at + size;
    const carried = pass.carriesWhole ? pass.hidden : before;
    // What dropout has no part in goes past it.
    const [toCarried, toAt] = pass.carriesWhole ? [adjoints.hidden, at] : [step.hiddenBefore, 0];

    // h = z h' + (1 - z) n
    for (let k = 0; k < size; k++) {
      const dh = step.hidden[k];
      dz[at + k] = dh * (carried[at + k] - n[at + k]);
      dn[at + k] = dh * (1 - z[at + k]);
      toCarried[toAt + k] += dh * z[at + k];
    }
    p.pullBack(a['new'], n, dn, at, end, units);

    if (pass.resetAfter) {
      for (let k = at; k < end; k++) {
        dr[k] = dn[k] * q[k];
        dq[k] = dn[k] * r[k];
      }
      uT['new'].addTo(step.hiddenBefore, 0, dq, at, samples);
    } else {
      dq.fill(0, at, end);
      uT['new'].addTo(dq, at, dn, at, samples);
      for (let k = 0; k < size; k++) {
        dr[at + k] = dq[at + k] * before[at + k];
        step.hiddenBefore[k] += dq[at + k] * r[at + k];
      }
    }

    s.pullBack(a['update'], z, dz, at, end, units);
    s.pullBack(a['reset'], r, dr, at, end, units);
    uT['update'].addTo(step.hiddenBefore, 0, dz, at, samples);
    uT['reset'].addTo(step.hiddenBefore, 0, dr, at, samples);
  },

  recurrentTerm(pass, adjoints, gate) {
    if (gate !== 'new') return { factor: pass.hiddenBefore, adjoint: adjoints.gates[gate] };
    return pass.resetAfter
      ? { factor: pass.hiddenBefore, adjoint: adjoints.kept['q'] }
      : { factor: pass.kept['q'], adjoint: adjoints.gates['new'] };
  },

  jacobian(pass, at, { update: uz, reset: ur, new: un }) {
    const { units, activation: p, recurrentActivation: s, preactivations: a, hiddenBefore: before } = pass;
    const { update: z, reset: r, new: n } = pass.gates;
    const { q } = pass.kept;
    const by = { z: slopes(s, a['update'], z, at, units), r: slopes(s, a['reset'], r, at, units), n: slopes(p, a['new'], n, at, units) };

    // What the new gate's pre-activation k gains from h'_m, at m x units + k.
    const toNew = new Float64Array(units * units);
    for (let m = 0; m < units; m++) {
      const row = m * units;
      if (pass.resetAfter) {
        for (let k = 0; k < units; k++) toNew[row + k] = r[at + k] * un[row + k] + q[at + k] * by.r[k] * ur[row + k];
        continue;
      }
      for (let k = 0; k < units; k++) toNew[row + k] = r[at + m] * un[row + k];
      for (let l = 0; l < units; l++) {
        const throughReset = ur[row + l] * by.r[l] * before[at + l];
        for (let k = 0; k < units; k++) toNew[row + k] += throughReset * un[l * units + k];
      }
    }
    // h = z h' + (1 - z) n
    const out = new Float64Array(units * units);
    for (let k = 0; k < units; k++) {
      const toUpdate = (before[at + k] - n[at + k]) * by.z[k];
      const share = (1 - z[at + k]) * by.n[k];
      for (let m = 0; m < units; m++) out[k * units + m] = toUpdate * uz[m * units + k] + share * toNew[m * units + k];
      out[k * units + k] += z[at + k];
    }
    return out;
  },
};
