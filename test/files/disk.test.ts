import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWhole, writeWhole } from '#disk';
import { loadArray, loadArrays, saveArray, saveArrays } from '../../src/files/arrays.js';
import * as browser from '../../src/files/disk/browser.js';
import { rejectionOf } from './build.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'see-rnn-disk-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const at = (name: string): string => join(folder, name);
const bytes = Uint8Array.of(1, 2, 3);

// root may read and write what permissions forbid
const isRoot = process.getuid?.() === 0;

describe('reading', () => {
  it('gives plain bytes', async () => {
    writeFileSync(at('a'), bytes);
    const held = await readWhole(at('a'));
    expect(held).toEqual(bytes);
    expect(held.constructor).toBe(Uint8Array);
  });

  it('says what is wrong', async () => {
    writeFileSync(at('a'), bytes);
    expect(await rejectionOf(readWhole(at('none')))).toBe(`${at('none')}: no such file`);
    expect(await rejectionOf(readWhole(at('a/b')))).toBe(`${at('a/b')}: no such file (a part of its path is no folder)`);
    expect(await rejectionOf(readWhole(folder))).toBe(`${folder}: is a folder, expected a file`);
    expect(await rejectionOf(readWhole(''))).toBe('the name of the file is empty');
    expect(await rejectionOf(readWhole(5 as never))).toBe('expected the name of a file, found 5');
    expect(await rejectionOf(readWhole('a\0b'))).toBe('a\\u0000b: the name of a file cannot hold a zero byte');
    symlinkSync(at('loop'), at('loop'));
    expect(await rejectionOf(readWhole(at('loop')))).toBe(`${at('loop')}: cannot be read (ELOOP)`);
  });

  it.skipIf(isRoot)('says so where it is not allowed', async () => {
    writeFileSync(at('a'), bytes, { mode: 0 });
    expect(await rejectionOf(readWhole(at('a')))).toBe(`${at('a')}: cannot be read: permission denied`);
  });
});

describe('writing', () => {
  it('makes a file, and replaces one, keeping its permissions', async () => {
    await writeWhole(at('a'), bytes);
    expect(readFileSync(at('a'))).toEqual(Buffer.from(bytes));
    chmodSync(at('a'), 0o640);
    await writeWhole(at('a'), Uint8Array.of(9));
    expect(readFileSync(at('a'))).toEqual(Buffer.of(9));
    expect(statSync(at('a')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('follows symbolic links, also to what is not there yet', async () => {
    mkdirSync(at('deep'));
    writeFileSync(at('deep/old'), 'old');
    symlinkSync('deep/old', at('link'));
    symlinkSync('deep/new', at('fresh'));
    await writeWhole(at('link'), bytes);
    await writeWhole(at('fresh'), bytes);
    expect(readFileSync(at('deep/old'))).toEqual(Buffer.from(bytes));
    expect(readFileSync(at('deep/new'))).toEqual(Buffer.from(bytes));
    expect(readdirSync(folder).sort()).toEqual(['deep', 'fresh', 'link']);
    symlinkSync(at('loop'), at('loop'));
    expect(await rejectionOf(writeWhole(at('loop'), bytes))).toBe(`${at('loop')}: symbolic links lead in a circle`);
  });

  it.skipIf(process.platform === 'win32')('writes straight into what is no regular file', async () => {
    await writeWhole('/dev/null', bytes);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('says what is wrong, and leaves nothing', async () => {
    writeFileSync(at('a'), 'old');
    expect(await rejectionOf(writeWhole(at('none/a'), bytes))).toBe(`${at('none/a')}: cannot be written: ${at('none')} does not exist`);
    expect(await rejectionOf(writeWhole(at('a/b'), bytes))).toBe(`${at('a/b')}: cannot be written: ${at('a')} is no folder`);
    expect(await rejectionOf(writeWhole(folder, bytes))).toBe(`${folder}: is a folder`);
    const long = at('x'.repeat(300));
    expect(await rejectionOf(writeWhole(long, bytes))).toBe(`${long}: cannot be written: the name is too long`);
    expect(await rejectionOf(writeWhole('', bytes))).toBe('the name of the file is empty');
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(at('a'), 'utf8')).toBe('old');
  });

  it.skipIf(isRoot)('says so where it is not allowed', async () => {
    writeFileSync(at('a'), 'old', { mode: 0o444 });
    expect(await rejectionOf(writeWhole(at('a'), bytes))).toBe(`${at('a')}: cannot be written: permission denied`);
    mkdirSync(at('shut'), { mode: 0o555 });
    expect(await rejectionOf(writeWhole(at('shut/a'), bytes))).toBe(`${at('shut/a')}: cannot be written: permission denied`);
  });

  it('many at once to one name: one of them, whole', async () => {
    const versions = Array.from({ length: 20 }, (_, i) => new Uint8Array(100_000).fill(i));
    await Promise.all(versions.map((version) => writeWhole(at('a'), version)));
    const found = readFileSync(at('a'));
    expect(found).toEqual(Buffer.from(versions[found[0]]));
    expect(readdirSync(folder)).toEqual(['a']);
    expect(process.listeners('exit').filter((listener) => listener.name === 'takeAlong')).toEqual([]);
  });
});

describe('arrays', () => {
  it('go to disk and come back', async () => {
    await saveArray(at('x.npy'), [[1, 2], [3, 4]], { dtype: 'float32' });
    expect(await loadArray(at('x.npy'))).toEqual({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2], axes: ['axis0', 'axis1'] });
    await saveArrays(at('xy.NPZ'), { x: [1], y: [2] }, { compress: true });
    expect((await loadArray(at('xy.NPZ'), { key: 'y' })).data).toEqual(Float64Array.of(2));
    expect([...(await loadArrays(at('xy.NPZ'))).keys()]).toEqual(['x', 'y']);
    expect(await rejectionOf(loadArrays(at('xy.NPZ'), { maxBytes: 10 }))).toBe(`${at('xy.NPZ')}: unpacks to 272 bytes, more than the 10 allowed (option maxBytes)`);
  });

  it('under the right name only, and whole or not at all', async () => {
    expect(await rejectionOf(saveArray(at('x.npz'), [1])))
      .toBe(`${at('x.npz')}: the name must end in .npy, which holds one array; several, or an array with a key, go to a .npz file by saveArrays`);
    expect(await rejectionOf(saveArrays(at('x.npy'), { x: [1] })))
      .toBe(`${at('x.npy')}: the name must end in .npz, which holds several arrays; one alone goes to a .npy file by saveArray`);
    expect(await rejectionOf(saveArray(at('x.npy'), [1.5], { dtype: 'int8' }))).toBe(`${at('x.npy')}: int8 cannot hold 1.5 (number 0)`);
    expect(await rejectionOf(saveArrays(at('x.npz'), { k: [1.5] }, { dtype: 'int8' }))).toBe(`${at('x.npz')}: k: int8 cannot hold 1.5 (number 0)`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('say which file is not to be read', async () => {
    writeFileSync(at('x.npy'), 'P');
    expect(await rejectionOf(loadArray(at('x.npy')))).toBe(`${at('x.npy')}: truncated or damaged zip file: it does not end in a directory`);
    expect(await rejectionOf(loadArray(at('none.npy')))).toBe(`${at('none.npy')}: no such file`);
  });
});

describe('in a browser', () => {
  it('each name is there, and says what to use instead', async () => {
    expect(Object.keys(browser).sort()).toEqual(Object.keys(await import('../../src/files/disk/node.js')).sort());
    expect(await rejectionOf(browser.readWhole('x.npy')))
      .toBe('x.npy: a browser cannot read files by path; fetch its bytes and give those (to readArray, readArrays or loadModel)');
    expect(await rejectionOf(browser.writeWhole('x.npy', bytes)))
      .toBe('x.npy: a browser cannot write files by path; take the bytes of writeNpy or writeNpz and offer them as a download');
  });
});
