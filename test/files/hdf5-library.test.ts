import { expect, it } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';
import { guarded } from '../../src/files/hdf5/library.js';
import { messageOf } from './build.js';

const throwing = (error: unknown) => (): never => { throw error; };

it('a refusal of the HDF5 library is one line; where it was stopped midway, it is not trusted again', () => {
  expect(guarded('a.h5', 'x', () => 3)).toBe(3);
  expect(messageOf(() => guarded('a.h5', 'group /a cannot be read', throwing(new Error('error -\nname not defined!'))))).toBe('a.h5: damaged HDF5 file: group /a cannot be read');
  expect(messageOf(() => guarded('a.h5', 'x', throwing(new SeeRnnError('our own'))))).toBe('our own');
  expect(guarded('a.h5', 'x', () => 3)).toBe(3);
  expect(messageOf(() => guarded('b.h5', 'it cannot be opened', throwing(new WebAssembly.RuntimeError('memory access out of bounds'))))).toBe('b.h5: damaged HDF5 file: it cannot be opened');
  expect(messageOf(() => guarded('c.h5', 'x', () => 3)))
    .toBe('c.h5: cannot be read: an HDF5 file that was read before broke the HDF5 library; start again to read others');
});
