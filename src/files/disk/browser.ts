import { SeeRnnError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import type * as node from './node.js';

// A page has no disk. The same names as in Node, so that one source serves both; each says what to use instead.

export const readWhole: typeof node.readWhole = (path) =>
  Promise.reject(new SeeRnnError(`${printable(path)}: a browser cannot read files by path; fetch its bytes and give those (to readArray, readArrays or loadModel)`));

export const pathBeside: typeof node.pathBeside = (_, name) => name;

export const writeWhole: typeof node.writeWhole = (path) =>
  Promise.reject(new SeeRnnError(`${printable(path)}: a browser cannot write files by path; take the bytes of writeNpy or writeNpz and offer them as a download`));
