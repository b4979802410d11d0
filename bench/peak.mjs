// The SIMD peak of one thread: multiplications and additions of vectors that are in registers, in independent chains.
// Compiled here, from text, so that the package holds no code that only measures.

/* global WebAssembly */
import { performance } from 'node:perf_hooks';
import asc from 'assemblyscript/asc';

const chains = Array.from({ length: 12 }, (_, i) => `s${i}`);
/** So many of each to a round: the loop itself takes instructions too. */
const UNROLLED = 4;
const fill = chains.map((s, i) => `let ${s} = f32x4.splat(${i}.5);`).join('\n  ');
const total = chains.reduce((all, s) => `f32x4.add(${all}, ${s})`);
// Without fused multiply-add: six chains of multiplications beside six of additions.
const step = (s, i, fused) => (fused ? `${s} = f32x4.relaxed_madd(${s}, a, b);` : i % 2 ? `${s} = f32x4.add(${s}, b);` : `${s} = f32x4.mul(${s}, a);`);
const source = (fused) => `
export function peak(rounds: u32, one: f32, zero: f32): f32 {
  const a = f32x4.splat(one);
  const b = f32x4.splat(zero);
  ${fill}
  for (let i: u32 = 0; i < rounds; i++) {
    ${Array.from({ length: UNROLLED }, () => chains.map((s, i) => step(s, i, fused)).join('\n    ')).join('\n    ')}
  }
  return f32x4.extract_lane(${total}, 0);
}`;

async function compiled(fused) {
  let wasm;
  const { error, stderr } = await asc.main(['peak.ts', '--runtime', 'stub', '--use', 'abort=', '--enable', fused ? 'simd,relaxed-simd' : 'simd', '-O3', '--outFile', 'peak.wasm'], {
    readFile: (name) => (name === 'peak.ts' ? source(fused) : null),
    writeFile: (name, contents) => { if (name === 'peak.wasm') wasm = contents; },
    listFiles: () => [],
  });
  if (error) throw new Error(stderr.toString());
  return wasm;
}

/** A function that measures the peak once, in some milliseconds: GFLOP/s. */
export async function peakMeter(fused) {
  const { instance } = await WebAssembly.instantiate(await compiled(fused));
  const { peak } = instance.exports;
  const rounds = 250_000;
  for (let i = 0; i < 5; i++) peak(rounds, 1, 0);
  return () => {
    const start = performance.now();
    peak(rounds, 1, 0);
    return (fused ? 2 : 1) * 4 * chains.length * UNROLLED * rounds / (performance.now() - start) / 1e6;
  };
}
