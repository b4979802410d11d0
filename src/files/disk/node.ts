import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { access, constants, lstat, open, readFile, readlink, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { printable } from '../../core/printable.js';

/**
 * Reads a whole file.
 *
 * @throws SeeRnnError where it is missing, a folder, not readable, or larger than 2 GiB
 */
export async function readWhole(path: string): Promise<Uint8Array> {
  checkName(path);
  try {
    const held = await readFile(path);
    return new Uint8Array(held.buffer, held.byteOffset, held.byteLength); // a Buffer's slice() would share, not copy
  } catch (error) {
    throw new SeeRnnError(`${printable(path)}: ${readFault(codeOf(error))}`, { cause: error });
  }
}

/** The path of a file that another one names: `shard1.bin` beside `models/model.json` is `models/shard1.bin`. */
export const pathBeside = (path: string, name: string): string => join(dirname(path), name);

/**
 * Writes a whole file, or nothing: the bytes go to a temporary file in the same folder, which takes the name at the
 * end. A file that was there stays as it was until then, and for good where writing fails or the process ends early
 * (by `process.exit`, too).
 *
 * A symbolic link is followed. What is no regular file (`/dev/stdout`, a pipe) is written to directly.
 *
 * @param bytes in one piece, or in several, one after another, each asked for when the one before is written
 * @throws SeeRnnError where the folder is missing, or the file cannot be written
 */
export async function writeWhole(path: string, bytes: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  checkName(path);
  try {
    const target = await followLinks(path);
    const before = await stat(target).catch(() => null);
    if (before?.isDirectory()) throw new SeeRnnError(`${printable(path)}: is a folder`);
    if (before !== null) await access(target, constants.W_OK); // a rename would replace a file that is marked read-only
    if (before !== null && !before.isFile()) await writeFile(target, bytes);
    else await replace(target, bytes, before === null ? null : before.mode & 0o777);
  } catch (error) {
    if (error instanceof SeeRnnError) throw error;
    throw new SeeRnnError(`${printable(path)}: ${await writeFault(path, codeOf(error))}`, { cause: error });
  }
}

async function replace(target: string, bytes: Uint8Array | Iterable<Uint8Array>, mode: number | null): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  begin(temporary);
  try {
    const file = await open(temporary, 'wx');
    try {
      await writeFile(file, bytes);
      if (mode !== null) await file.chmod(mode);
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // gone already, or never made: the first error says why
    throw error;
  } finally {
    end(temporary);
  }
}

// Temporary files of writes under way. A process that ends meanwhile (Ctrl-C in the command line, which exits by
// process.exit) takes them along.
const underWay = new Set<string>();

const takeAlong = (): void => {
  for (const path of underWay) {
    try {
      unlinkSync(path);
    } catch {
      // not made yet, or renamed just now
    }
  }
};

function begin(temporary: string): void {
  if (underWay.size === 0) process.on('exit', takeAlong);
  underWay.add(temporary);
}

function end(temporary: string): void {
  underWay.delete(temporary);
  if (underWay.size === 0) process.off('exit', takeAlong);
}

/** Where a path leads through symbolic links, also when nothing is there yet. */
async function followLinks(path: string): Promise<string> {
  let at = path;
  for (let step = 0; step < 40; step++) {
    const found = await lstat(at).catch(() => null);
    if (!found?.isSymbolicLink()) return at;
    at = resolve(dirname(at), await readlink(at));
  }
  throw new SeeRnnError(`${printable(path)}: symbolic links lead in a circle`);
}

function checkName(path: string): void {
  if (typeof path !== 'string') throw new SeeRnnError(`expected the name of a file, found ${shown(path)}`);
  if (path === '') throw new SeeRnnError('the name of the file is empty');
  if (path.includes('\0')) throw new SeeRnnError(`${printable(path)}: the name of a file cannot hold a zero byte`);
}

const codeOf = (error: unknown): string => {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error; // not from the file system: a fault of ours
};

function readFault(code: string): string {
  switch (code) {
    case 'ENOENT': return 'no such file';
    case 'ENOTDIR': return 'no such file (a part of its path is no folder)';
    case 'EISDIR': return 'is a folder, expected a file';
    case 'EACCES': case 'EPERM': return 'cannot be read: permission denied';
    case 'ERR_FS_FILE_TOO_LARGE': return 'is larger than 2 GiB, which is not supported';
    default: return `cannot be read (${code})`;
  }
}

async function writeFault(path: string, code: string): Promise<string> {
  switch (code) {
    case 'ENOENT': case 'ENOTDIR': {
      const folder = dirname(path);
      const found = await stat(folder).catch(() => null);
      if (found?.isDirectory()) return `cannot be written (${code})`; // a folder that takes no files, such as /proc
      return `cannot be written: ${printable(folder)} ${found === null ? 'does not exist' : 'is no folder'}`;
    }
    case 'EISDIR': return 'is a folder';
    case 'EACCES': case 'EPERM': return 'cannot be written: permission denied';
    case 'EROFS': return 'cannot be written: the file system is read-only';
    case 'ENOSPC': case 'EDQUOT': return 'cannot be written: no space left';
    case 'ENAMETOOLONG': return 'cannot be written: the name is too long';
    default: return `cannot be written (${code})`;
  }
}
