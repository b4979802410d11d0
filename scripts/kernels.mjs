// Compiles src/kernels/assembly to WebAssembly and writes it, as text, into a TypeScript module: so it needs no loading
// of files, and works the same in Node, in bundles and on pages.
//
// Two builds of one source: with plain SIMD, and with fused multiply-add (relaxed SIMD), which not every runtime has.

import { mkdirSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure, kernelHeader, kernelModule, root } from './fresh.mjs';

const options = [
  'src/kernels/assembly/index.ts', '--baseDir', root,
  '--runtime', 'stub', '--importMemory', '--maximumMemory', '65535', '--noAssert', '--use', 'abort=',
  '--enable', 'simd', '-O3', '--converge',
];

export async function buildKernels() {
  const header = kernelHeader();
  if (existsSync(kernelModule) && readFileSync(kernelModule, 'utf8').startsWith(header)) return;

  const plain = await compiled([]);
  const fused = await compiled(['--enable', 'relaxed-simd']);
  mkdirSync(dirname(kernelModule), { recursive: true });
  // Renamed into place, so that no other process ever reads half of it.
  const written = `${kernelModule}.${process.pid}`;
  writeFileSync(written, [
    header,
    `/** The kernels' WebAssembly in base64: with plain SIMD, ${plain.length} bytes. */`,
    `export const plainBytes =\n  '${Buffer.from(plain).toString('base64')}';\n`,
    `/** With fused multiply-add, ${fused.length} bytes. */`,
    `export const fusedBytes =\n  '${Buffer.from(fused).toString('base64')}';\n`,
  ].join('\n'));
  renameSync(written, kernelModule);
}

async function compiled(more) {
  const { default: asc } = await import('assemblyscript/asc');
  let wasm;
  const { error, stderr } = await asc.main([...options, ...more, '--outFile', 'kernels.wasm'], {
    writeFile: (name, contents) => { if (name === 'kernels.wasm') wasm = contents; },
  });
  if (error) throw new Failure(`the kernels don't compile:\n${stderr.toString()}`);
  return wasm;
}
