// Compiles src/kernels/assembly to WebAssembly and writes it, as text, into a TypeScript module: so it needs no loading
// of files, and works the same in Node, in bundles and on pages.

import { mkdirSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure, kernelHeader, kernelModule, root } from './fresh.mjs';

const options = [
  'src/kernels/assembly/index.ts',
  '--runtime', 'stub', '--importMemory', '--noAssert', '--use', 'abort=',
  '--enable', 'simd', '-O3', '--converge',
];

export async function buildKernels() {
  const header = kernelHeader();
  if (existsSync(kernelModule) && readFileSync(kernelModule, 'utf8').startsWith(header)) return;

  const { default: asc } = await import('assemblyscript/asc');
  let wasm;
  const { error, stderr } = await asc.main([...options, '--outFile', 'kernels.wasm'], {
    writeFile: (name, contents) => { if (name === 'kernels.wasm') wasm = contents; },
  }, { baseDir: root });
  if (error) throw new Failure(`the kernels don't compile:\n${stderr.toString()}`);

  const base64 = Buffer.from(wasm).toString('base64');
  mkdirSync(dirname(kernelModule), { recursive: true });
  // Renamed into place, so that no other process ever reads half of it.
  const written = `${kernelModule}.${process.pid}`;
  writeFileSync(written, `${header}\n/** The kernels' WebAssembly, ${wasm.length} bytes, in base64. */\nexport const kernelBytes =\n  '${base64}';\n`);
  renameSync(written, kernelModule);
}
