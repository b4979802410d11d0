import { describe, expect, it } from 'vitest';
import type { Numbers } from '../../src/core/array.js';
import type { Dtype } from '../../src/files/dtype.js';
import { dtypes } from '../../src/files/dtype.js';
import { readNpy, writeNpy } from '../../src/files/npy.js';
import { headerOf, messageOf, npyFile } from './build.js';
import { refusedFromNumpy, writtenByNumpy } from './numpy/arrays.js';

const inMemory: Readonly<Record<Dtype, new (n: number) => Numbers>> = {
  float16: Float32Array, float32: Float32Array, float64: Float64Array,
  int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: Float64Array,
  uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, uint64: Float64Array,
  bool: Uint8Array,
};

describe('files written by NumPy', () => {
  it.each(writtenByNumpy)('$dtype $shape, version $version, $order order, $endian', ({ dtype, shape, numbers, bytes }) => {
    const array = readNpy(bytes, 'a.npy');
    expect(array.shape).toEqual(shape);
    expect(array.axes).toHaveLength(shape.length);
    expect(array.data).toBeInstanceOf(inMemory[dtype]);
    expect([...array.data]).toEqual(numbers); // toEqual tells -0 from 0 and knows NaN
  });

  it.each(writtenByNumpy)('$dtype $shape, version $version, $order order, $endian: at an odd address too', ({ numbers, bytes }) => {
    const held = new Uint8Array(bytes.length + 1);
    held.set(bytes, 1);
    expect([...readNpy(held.subarray(1), 'a.npy').data]).toEqual(numbers);
  });

  it('covers every kind of number', () => {
    expect(new Set(writtenByNumpy.map(({ dtype }) => dtype))).toEqual(new Set(Object.keys(dtypes)));
  });

  it.each(writtenByNumpy.filter(({ version, order, endian }) => version === 1 && order === 'C' && endian === '<'))(
    '$dtype $shape: we write the same bytes', ({ dtype, bytes }) => {
      expect(writeNpy(readNpy(bytes, 'a.npy'), { dtype })).toEqual(bytes);
    });
});

describe('round trips', () => {
  const samples: readonly Numbers[] = [
    Float64Array.of(0.1, -1e300, NaN, Infinity, -0), Float32Array.of(0.1, 1e-45, -Infinity), Int32Array.of(-(2 ** 31), 7), Int16Array.of(-32768, 32767),
    Int8Array.of(-128, 127), Uint32Array.of(2 ** 32 - 1), Uint16Array.of(65535), Uint8Array.of(255, 0),
  ];

  it.each(samples.map((data) => [data.constructor.name, data] as const))('%s keeps its kind', (_, data) => {
    const back = readNpy(writeNpy({ data, shape: [1, data.length] }), 'a.npy');
    expect(back.data).toEqual(data);
    expect(back.shape).toEqual([1, data.length]);
  });

  it('of nested lists and of a part of a larger buffer', () => {
    expect(readNpy(writeNpy([[1, 2], [3, 4]]), 'a.npy')).toEqual({ data: Float64Array.of(1, 2, 3, 4), shape: [2, 2], axes: ['axis0', 'axis1'] });
    const part = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(readNpy(writeNpy(part), 'a.npy').data).toEqual(Float32Array.of(1, 2));
  });

  it('every kind by name', () => {
    for (const dtype of Object.keys(dtypes) as Dtype[]) {
      expect([...readNpy(writeNpy([0, 1, 1], { dtype }), 'a.npy').data], dtype).toEqual([0, 1, 1]);
    }
  });
});

describe('memory', () => {
  const bytes = writeNpy(Float32Array.of(1, 2, 3, 4));

  it('is shared where the numbers already lie right', () => {
    expect(readNpy(bytes, 'a.npy').data.buffer).toBe(bytes.buffer);
  });

  it('is a copy otherwise', () => {
    const odd = new Uint8Array(bytes.length + 1);
    odd.set(bytes, 1);
    const bigEndian = npyFile(headerOf('(1,)', "'>f4'"), Uint8Array.of(0x3f, 0x80, 0, 0));
    const fortran = npyFile(headerOf('(2, 2)', "'|u1'", 'True'), Uint8Array.of(1, 2, 3, 4));
    for (const held of [odd.subarray(1), bigEndian, fortran]) expect(readNpy(held, 'a.npy').data.buffer).not.toBe(held.buffer);
    expect(readNpy(bigEndian, 'a.npy').data).toEqual(Float32Array.of(1));
    expect(readNpy(fortran, 'a.npy').data).toEqual(Uint8Array.of(1, 3, 2, 4));
  });

  it('given is not changed', () => {
    for (const { bytes: held } of writtenByNumpy) {
      const before = held.slice();
      readNpy(held, 'a.npy');
      expect(held).toEqual(before);
    }
  });
});

describe('what other programs write', () => {
  const data = new Uint8Array(Float32Array.of(1, 2).buffer);

  it.each([
    ["Python 2's long integers", "{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 2L)}\n"],
    ['double quotes, other order, no spaces', '{"shape":(1,2),"fortran_order":False,"descr":"<f4"}'],
    ['no comma at the end, tabs and line breaks', "{'descr':'<f4',\n\t'fortran_order':False,\n\t'shape':(1, 2)\n}\n"],
    ['brackets around a value', "{'descr': ('<f4'), 'fortran_order': (False), 'shape': ((1), +2)}"],
  ])('%s', (_, header) => {
    expect(readNpy(npyFile(header, data), 'a.npy')).toEqual({ data: Float32Array.of(1, 2), shape: [1, 2], axes: ['axis0', 'axis1'] });
  });

  it('any byte but 0 is true', () => {
    expect(readNpy(npyFile(headerOf('(4,)', "'|b1'"), Uint8Array.of(0, 1, 2, 255)), 'a.npy').data).toEqual(Uint8Array.of(0, 1, 1, 1));
  });
});

describe('refused', () => {
  const supported = 'which is not supported; supported are float16, float32, float64, int8 to int64, uint8 to uint64 and bool';

  it.each([
    ['complex64', `a.npy: holds complex numbers ("<c8"), ${supported}`],
    ['complex128', `a.npy: holds complex numbers ("<c16"), ${supported}`],
    ['object', `a.npy: holds Python objects (a pickle, which is never opened) ("|O"), ${supported}`],
    ['bytes', `a.npy: holds byte strings ("|S2"), ${supported}`],
    ['text', `a.npy: holds strings ("<U2"), ${supported}`],
    ['variable text', `a.npy: holds Python objects (a pickle, which is never opened) ("|O"), ${supported}`],
    ['date', `a.npy: holds dates ("<M8[D]"), ${supported}`],
    ['span', `a.npy: holds time spans ("<m8[s]"), ${supported}`],
    ['raw', `a.npy: holds raw bytes ("|V3"), ${supported}`],
    ['structure', `a.npy: holds structures (several fields an entry), ${supported}`],
    ['named in Greek', `a.npy: holds structures (several fields an entry), ${supported}`],
    ['longdouble', `a.npy: holds extended floats ("<f16"), ${supported}`],
    ['large int64', 'a.npy: the int64 -9007199254740993 (number 1) is beyond ±(2^53 - 1), up to which whole numbers are read exactly'],
    ['large uint64', 'a.npy: the uint64 18446744073709551615 (number 0) is beyond ±(2^53 - 1), up to which whole numbers are read exactly'],
  ])('%s', (name, message) => {
    expect(messageOf(() => readNpy(refusedFromNumpy[name], 'a.npy'))).toBe(message);
  });

  it('every such file of NumPy is in the list above', () => {
    expect(Object.keys(refusedFromNumpy)).toHaveLength(14);
  });

  const long = `${' '.repeat(65535)}{`;
  it.each<[string, string | Uint8Array, string]>([
    ['an unknown kind', headerOf('(1,)', "'<x4'"), `a.npy: holds numbers of an unknown kind ("<x4"), ${supported}`],
    ['a kind without byte order', headerOf('(1,)', "'float32'"), `a.npy: holds numbers of an unknown kind ("float32"), ${supported}`],
    ['a kind whose byte order is left out', headerOf('(1,)', "'|f4'"), `a.npy: holds numbers of an unknown kind ("|f4"), ${supported}`],
    ['a kind that is a tuple', headerOf('(1,)', "('<f4', (2,))"), `a.npy: holds arrays in each entry, ${supported}`],
    ['a kind that is a number', headerOf('(1,)', '4'), "a.npy: malformed header: 'descr' must be a string, found an integer"],
    ['a kind that is missing', headerOf('(1,)', 'None'), "a.npy: malformed header: 'descr' must be a string, found None"],
    ['an order that is a number', headerOf('(1,)', "'<f4'", '0'), "a.npy: malformed header: 'fortran_order' must be True or False, found an integer"],
    ['a shape that is a list', headerOf('[1]'), "a.npy: malformed header: 'shape' must be a tuple, found a list"],
    ['a shape that is a number', headerOf('(1)'), "a.npy: malformed header: 'shape' must be a tuple, found an integer"],
    ['a shape of strings', headerOf("('1',)"), "a.npy: malformed header: 'shape' must hold whole numbers, found a string"],
    ['a negative size', headerOf('(2, -1)'), "a.npy: malformed header: 'shape' holds -1, expected 0 or more"],
    ['a size beyond counting', headerOf('(99999999999999999999,)'), "a.npy: malformed header: 'shape' holds 100000000000000000000, which is too large"],
    ['sizes that multiply beyond counting', headerOf('(4294967296, 4294967296)'), 'a.npy: an array of shape (4294967296, 4294967296) is too large'],
    ['sizes that multiply to infinity', headerOf(`(${'9007199254740991, '.repeat(30)})`), `a.npy: an array of shape (${Array(30).fill('9007199254740991').join(', ')}) is too large`],
    ['a large shape without data', headerOf('(1048576, 1048576)'), 'a.npy: truncated: float32 of shape (1048576, 1048576) takes 4398046511104 bytes, found 0'],
    ['too many axes', headerOf(`(${'1, '.repeat(65)})`), 'a.npy: has 65 axes; at most 64 are supported'],
    ['an expression', headerOf('(1+1,)'), 'a.npy: malformed header: expected \',\' at character 52, found "+"'],
    ['a call', headerOf("__import__('os')"), 'a.npy: malformed header: expected a value at character 50, found "_"'],
    ['a name', headerOf('shape'), 'a.npy: malformed header: expected a value at character 50, found "shape"'],
    ['an escape', headerOf('(1,)', "'<f\\x34'"), 'a.npy: malformed header: a string with an escape or a line break (character 10) is not supported'],
    ['an open string', "{'descr", "a.npy: malformed header: expected a closing ' at character 7, found the end"],
    ['an open dict', "{'descr': '<f4', ", 'a.npy: malformed header: expected a key in quotes at character 17, found the end'],
    ['a key without a value', "{'descr'}", 'a.npy: malformed header: expected \':\' at character 8, found "}"'],
    ['a key that is a number', '{1: 2}', 'a.npy: malformed header: expected a key in quotes at character 1, found "1"'],
    ['a missing key', "{'descr': '<f4', 'shape': (1,)}", "a.npy: malformed header: 'fortran_order' is missing"],
    ['an unknown key', "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x\u001b': None}", 'a.npy: malformed header: unknown key "x\\u001b"'],
    ['a key twice', "{'descr': '<f4', 'descr': '<f8'}", 'a.npy: malformed header: key "descr" occurs twice'],
    ['no dict', '(1, 2)', 'a.npy: malformed header: expected a dict, found a tuple'],
    ['something after the dict', `${headerOf('(1,)')};`, 'a.npy: malformed header: expected the end at character 58, found ";"'],
    ['nothing', '', 'a.npy: malformed header: expected a value at character 0, found the end'],
    ['brackets without end', '('.repeat(60000), 'a.npy: malformed header: nested more than 32 deep'],
    ['a header without end', long.slice(0, 65535), 'a.npy: malformed header: expected a value at character 65535, found the end'],
  ])('%s', (_, header, message) => {
    expect(messageOf(() => readNpy(npyFile(header), 'a.npy'))).toBe(message);
  });

  it('headers that claim to be longer than 64 KiB, before reading them', () => {
    const bytes = npyFile('', new Uint8Array(), [2, 0]);
    bytes.set(new Uint8Array(Uint32Array.of(4e9).buffer), 8);
    expect(messageOf(() => readNpy(bytes, 'a.npy'))).toBe('a.npy: its header claims to be 4000000000 bytes long; at most 65535 are supported');
  });

  it('other versions, other files, no file', () => {
    expect(messageOf(() => readNpy(npyFile(headerOf('(1,)'), new Uint8Array(4), [4, 0]), 'a.npy')))
      .toBe('a.npy: .npy format version 4.0 is not supported; supported are 1.0, 2.0 and 3.0');
    expect(messageOf(() => readNpy(npyFile(headerOf('(1,)'), new Uint8Array(4), [1, 1]), 'a.npy')))
      .toBe('a.npy: .npy format version 1.1 is not supported; supported are 1.0, 2.0 and 3.0');
    expect(messageOf(() => readNpy(new TextEncoder().encode('<html>not found</html>'), 'a.npy')))
      .toBe('a.npy: is no .npy file (those begin with \\x93NUMPY)');
    expect(messageOf(() => readNpy(new Uint8Array(), 'a.npy'))).toBe('a.npy: is empty, expected a .npy file');
  });

  it('a version 3.0 header that is not UTF-8', () => {
    expect(messageOf(() => readNpy(npyFile(Uint8Array.of(0x7b, 0xff), new Uint8Array(), [3, 0]), 'a.npy'))).toBe('a.npy: malformed header: it is not UTF-8');
  });

  it("a file's name that would break the line is escaped", () => {
    expect(messageOf(() => readNpy(new Uint8Array(), 'a\n\u001b[31mb.npy'))).toBe('a\\u000a\\u001b[31mb.npy: is empty, expected a .npy file');
  });
});

describe('truncated', () => {
  it.each(writtenByNumpy.filter(({ shape, order, endian }) => shape.length === 3 && shape[1] === 3 && order === 'C' && endian === '<'))(
    '$dtype, version $version: every beginning is refused', ({ bytes }) => {
      for (let length = 0; length < bytes.length; length++) messageOf(() => readNpy(bytes.subarray(0, length), 'a.npy'));
    });

  it.each([
    [1, 'a.npy: truncated: a .npy file has at least 10 bytes, found 1'],
    [9, 'a.npy: truncated: a .npy file has at least 10 bytes, found 9'],
    [10, 'a.npy: truncated: its header is 118 bytes long, found 0'],
    [127, 'a.npy: truncated: its header is 118 bytes long, found 117'],
    [128, 'a.npy: truncated: float64 of shape (2, 2) takes 32 bytes, found 0'],
    [159, 'a.npy: truncated: float64 of shape (2, 2) takes 32 bytes, found 31'],
  ])('after %i bytes', (length, message) => {
    expect(messageOf(() => readNpy(writeNpy([[1, 2], [3, 4]]).subarray(0, length), 'a.npy'))).toBe(message);
  });

  it('version 2.0 within the length of its header', () => {
    expect(messageOf(() => readNpy(npyFile('', new Uint8Array(), [2, 0]).subarray(0, 11), 'a.npy'))).toBe("a.npy: truncated: the header's length is cut off");
  });

  it('the opposite: bytes too many', () => {
    expect(messageOf(() => readNpy(Uint8Array.of(...writeNpy([[1, 2], [3, 4]]), 0), 'a.npy')))
      .toBe('a.npy: too long: float64 of shape (2, 2) takes 32 bytes, found 33');
  });
});

describe('what a kind cannot hold is not written', () => {
  it.each<[Dtype, number, string]>([
    ['int8', 128, 'array: int8 cannot hold 128 (number 1)'],
    ['int32', 0.5, 'array: int32 cannot hold 0.5 (number 1)'],
    ['uint8', -1, 'array: uint8 cannot hold -1 (number 1)'],
    ['int64', 2 ** 53, 'array: int64 cannot hold 9007199254740992 (number 1)'],
    ['uint64', NaN, 'array: uint64 cannot hold NaN (number 1)'],
    ['bool', 2, 'array: bool cannot hold 2 (number 1)'],
    ['float16', 65520, 'array: float16 cannot hold 65520 (number 1)'],
    ['float32', -1e39, 'array: float32 cannot hold -1e+39 (number 1)'],
  ])('%s: %d', (dtype, value, message) => {
    expect(messageOf(() => writeNpy([0, value], { dtype }))).toBe(message);
  });

  it('what rounds to the greatest float is', () => {
    expect(readNpy(writeNpy([65519.99, Infinity], { dtype: 'float16' }), 'a.npy').data).toEqual(Float32Array.of(65504, Infinity));
    expect(readNpy(writeNpy([3.4028235e38, NaN], { dtype: 'float32' }), 'a.npy').data).toEqual(Float32Array.of(3.4028234663852886e38, NaN));
  });

  it('nor are kinds that do not exist', () => {
    expect(messageOf(() => writeNpy([0], { dtype: 'flaot32' as Dtype })))
      .toBe("array: unknown dtype 'flaot32'; did you mean 'float32'?");
  });
});
