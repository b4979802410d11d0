import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The folder of the built package, which is built first where a source changed since. */
export function builtPackage(): string {
  const { status, stderr } = spawnSync(process.execPath, [at('scripts/ready.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the package can't be built:\n${stderr}`);
  return at('dist');
}
