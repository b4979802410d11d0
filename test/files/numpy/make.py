"""Writes arrays.json: files that NumPy itself wrote, in base64, and the numbers they hold.

    python3 test/files/numpy/make.py

Needed only to add a case; the tests read arrays.json.
"""
import base64
import io
import json
import pathlib

import numpy as np
from numpy.lib import format as npy

here = pathlib.Path(__file__).parent


def written(array, version=None, allow_pickle=False):
    file = io.BytesIO()
    npy.write_array(file, array, version=version, allow_pickle=allow_pickle)
    return file.getvalue()


def text(data):
    return base64.b64encode(data).decode()


def number(value):
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    value = value.item()
    if isinstance(value, int):
        return value
    if np.isnan(value):
        return 'NaN'
    if np.isinf(value):
        return 'Infinity' if value > 0 else '-Infinity'
    return '-0' if value == 0 and np.signbit(value) else value


def values(dtype):
    """24 numbers, with the extremes of their kind."""
    if dtype == 'bool':
        return np.arange(24) % 3 == 0
    if dtype.startswith('float'):
        info = np.finfo(dtype)
        edge = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.5, info.max, info.min, info.tiny, info.smallest_subnormal]
        return np.array(edge + [0.1 * i for i in range(13)]).astype(dtype)
    info = np.iinfo(dtype)
    safe = 2**53 - 1
    edge = [max(info.min, -safe), min(info.max, safe), 0, 1]
    return np.array(edge + list(range(100, 120)), dtype=dtype)


kinds = ['float16', 'float32', 'float64', 'int8', 'int16', 'int32', 'int64',
         'uint8', 'uint16', 'uint32', 'uint64', 'bool']
read = []
for kind in kinds:
    for version in (1, 2, 3):
        for order in ('C', 'F'):
            for endian in ('<', '>'):
                array = np.asarray(values(kind).reshape(2, 3, 4), order=order)
                if array.dtype.itemsize > 1:
                    array = array.astype(array.dtype.newbyteorder(endian))
                elif endian == '>':
                    continue
                read.append(dict(dtype=kind, version=version, order=order, endian=endian, shape=array.shape,
                                 numbers=[number(v) for v in array.ravel('C')], file=text(written(array, (version, 0)))))
for shape in ((), (1,), (0,), (3, 0, 2), (1, 1, 1, 1, 1, 5)):
    array = np.arange(np.prod(shape, dtype=int), dtype='float32').reshape(shape)
    read.append(dict(dtype='float32', version=1, order='C', endian='<', shape=shape,
                     numbers=[number(v) for v in array.ravel('C')], file=text(written(array))))

refused = {
    'complex64': np.zeros(2, 'complex64'),
    'complex128': np.zeros(2, 'complex128'),
    'object': np.array([{'a': 1}, None], dtype=object),
    'bytes': np.array([b'ab', b'c']),
    'text': np.array(['ab', 'c']),
    'variable text': np.array(['ab', 'c'], dtype=np.dtypes.StringDType()),
    'date': np.array(['2020-01-01'], dtype='datetime64[D]'),
    'span': np.array([1], dtype='timedelta64[s]'),
    'raw': np.zeros(2, 'V3'),
    'structure': np.zeros(2, dtype=[('a', '<f4'), ('b', '<i8', (2,))]),
    'named in Greek': np.zeros(2, dtype=[('\u03b1', '<f4')]),
    'longdouble': np.zeros(2, np.longdouble),
    'large int64': np.array([1, -2**53 - 1], dtype='int64'),
    'large uint64': np.array([2**64 - 1], dtype='uint64'),
}


def zipped(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return text(file.getvalue())


x, y = np.arange(6, dtype='float32').reshape(2, 3), np.array([True, False])
out = dict(
    numpy=np.__version__,
    read=read,
    refused={name: text(written(array, allow_pickle=True)) for name, array in refused.items()},
    npz=dict(stored=zipped(np.savez, x=x, y=y), packed=zipped(np.savez_compressed, x=x, y=y),
             positional=(lambda f: (np.savez(f, x, y), text(f.getvalue()))[1])(io.BytesIO())),
)
lines = ['{']
for key, value in out.items():
    if isinstance(value, list):
        lines.append(f'"{key}": [')
        lines.append(',\n'.join(json.dumps(case) for case in value) + '],')
    else:
        lines.append(f'"{key}": {json.dumps(value, indent=0)},')
here.joinpath('arrays.json').write_text('\n'.join(lines)[:-1] + '\n}\n')
