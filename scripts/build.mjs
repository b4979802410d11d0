// Builds dist/: the kernels to WebAssembly, the font and the page of reports to text, which become modules, and all TypeScript to JavaScript.
//
// Everything is made in a folder of its own and takes dist/'s place at the end, so that a build which fails or is
// stopped leaves the last good one, and nothing of a deleted source stays.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, at, endWith, root, sourceDigest } from './fresh.mjs';
import { buildFonts } from './fonts.mjs';
import { buildKernels } from './kernels.mjs';
import { buildReportPage } from './report.mjs';

export async function build() {
  console.error('see-rnn: building');
  const digest = sourceDigest();
  await buildKernels();
  buildFonts();
  await buildReportPage();

  const made = at(`dist.new-${process.pid}`);
  // Ctrl-C stops the compiler; with a listener this process lives on to clear up.
  const stay = () => undefined;
  process.on('SIGINT', stay);
  try {
    compile(made);
    const command = join(made, 'cli', 'main.js');
    if (existsSync(command)) chmodSync(command, 0o755);
    writeFileSync(join(made, '.stamp'), digest);
    takePlace(made, at('dist'));
  } finally {
    rmSync(made, { recursive: true, force: true });
    process.off('SIGINT', stay);
  }
}

function compile(folder) {
  const tsc = at('node_modules', 'typescript', 'bin', 'tsc');
  // '#platform' leads into dist/, which may not be there yet; under this condition it leads to the source.
  const args = [tsc, '-p', at('tsconfig.json'), '--outDir', folder, '--customConditions', 'see-rnn-source', '--pretty', 'false'];
  const { status, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (signal !== null) throw new Failure(`the build was stopped (${signal})`);
  if (status !== 0) throw new Failure('the build failed: the TypeScript compiler found the errors above');
}

/** Another build may be doing the same: whoever comes second clears the first one's away and tries again. */
function takePlace(made, place) {
  const old = `${made}-old`;
  for (let attempt = 1; ; attempt++) {
    try {
      if (existsSync(place)) renameSync(place, old);
      renameSync(made, place);
      return;
    } catch (error) {
      if (attempt === 5) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build().catch(endWith);
