import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveArray } from '../../src/files/arrays.js';
import { builtPackage } from '../built.js';
import { describeWithModels } from '../models.js';

let folder: string;
let dist: string;
const at = (name: string): string => join(folder, name);
const main = (): string => join(dist, 'cli', 'main.js');

beforeAll(async () => {
  dist = builtPackage();
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-main-'));
  await saveArray(at('x.npy'), { data: Float32Array.from({ length: 16 * 100 * 64 }, (_, i) => Math.sin(i)), shape: [16, 100, 64] });
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const ran = (...argv: string[]): { status: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main(), ...argv], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

describe('the program', () => {
  it.skipIf(process.platform === 'win32')('can be run by its name', () => {
    expect(readFileSync(main(), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(main()).mode & 0o111).toBe(0o111);
    expect(spawnSync(main(), ['--version'], { encoding: 'utf8' }).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('exits with 0, 1 and 2', () => {
    expect(ran('plot', '1d', at('x.npy'), '--units', ':4', '--out', at('a.png'))).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(existsSync(at('a.png'))).toBe(true);
    expect(ran('plot', '1d', 'none.npy', '--out', at('b.png'))).toEqual({ status: 1, stdout: '', stderr: 'see-rnn: none.npy: no such file\n' });
    expect(ran('plto')).toEqual({ status: 2, stdout: '', stderr: "see-rnn: unknown command 'plto'; did you mean 'plot'?\n" });
  });

  it('does not mind a reader that leaves early', async () => {
    const child = spawn(process.execPath, [main(), 'plot', '1d', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => { stderr += text.toString(); });
    const [code] = await once(child, 'close') as [number | null];
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.skipIf(process.platform === 'win32')('stopped by Ctrl-C, leaves a whole figure or none', async () => {
    const figure = at('stopped.png');
    const child = spawn(process.execPath, [main(), 'plot', '1d', at('x.npy'), '--out', figure], { stdio: 'ignore' });
    await after(400);
    child.kill('SIGINT');
    const [code, signal] = await once(child, 'close') as [number | null, string | null];
    // On a slow machine the signal comes before our handler is there, on a fast one after the end.
    if (signal !== 'SIGINT') expect([0, 130]).toContain(code);
    expect(existsSync(figure)).toBe(code === 0);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describeWithModels('a long command', (models) => {
  it.skipIf(process.platform === 'win32')('stopped by Ctrl-C between parts, ends at once and leaves no file', async () => {
    const [engines, out] = [join(models, 'turbofan'), at('gradient.npy')];
    await saveArray(at('many.npy'), { data: new Float32Array(4000 * 50 * 25).fill(0.5), shape: [4000, 50, 25] });
    await saveArray(at('targets.npy'), { data: new Float32Array(4000), shape: [4000] });
    const child = spawn(process.execPath, [
      main(), 'gradients', join(engines, 'regression_model.h5'), '--layer', '0', '--of', 'outputs', '--x', at('many.npy'), '--y', at('targets.npy'), '--batch-size', '1', '--out', out,
    ], { stdio: 'ignore' });
    await after(4000);
    child.kill('SIGINT');
    const [code, signal] = await once(child, 'close') as [number | null, string | null];
    if (signal !== 'SIGINT') expect([0, 130]).toContain(code);
    expect(existsSync(out)).toBe(code === 0);
  });
});

it('a program that ends while it writes takes its temporary file along, and leaves what was there', () => {
  writeFileSync(at('old.bin'), 'old');
  const script = `
    import { readdirSync } from 'node:fs';
    import { writeWhole } from ${JSON.stringify(pathToFileURL(join(dist, 'files/disk/node.js')).href)};
    const size = 400_000_000;
    const writing = writeWhole(${JSON.stringify(at('old.bin'))}, new Uint8Array(size));
    for (;;) {
      if (readdirSync(${JSON.stringify(folder)}).some((name) => name.endsWith('.tmp'))) process.exit(7);
      if (await Promise.race([writing.then(() => true), new Promise((next) => setImmediate(next, false))])) process.exit(8);
    }`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
  expect(readFileSync(at('old.bin'), 'utf8')).toBe('old');
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
