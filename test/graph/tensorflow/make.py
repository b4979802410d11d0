"""Writes kinks.json: what keras.ops on TensorFlow gives in float64 where operations have kinks, ties, poles and extremes, and the gradients
of the sum of the results, each times a factor.

    python3 test/graph/tensorflow/make.py

Needs keras 3.15 and tensorflow 2.21. Needed only to add a case; the tests read kinks.json.
"""
import json
import math
import os
import pathlib

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['KERAS_BACKEND'] = 'tensorflow'
import keras
import numpy as np
import tensorflow as tf

keras.backend.set_floatx('float64')
ops = keras.ops
nan, inf = math.nan, math.inf
cases = []


def plain(array):
    """JSON has no word for what isn't finite."""
    return [float(v) if math.isfinite(v) else str(float(v)) for v in np.asarray(array, 'float64').ravel()]


def case(name, inputs, call, factors=lambda y: tf.constant(1 + 0.5 * np.arange(int(np.prod(y.shape))).reshape(y.shape)), **attributes):
    tensors = [tf.constant(np.array(x, 'float64')) for x in inputs]
    with tf.GradientTape(persistent=True) as tape:
        for x in tensors:
            tape.watch(x)
        y = call(*tensors)
        loss = tf.reduce_sum(tf.cast(y, 'float64') * factors(y))
    gradients = [tape.gradient(loss, x) for x in tensors]
    cases.append({
        'name': name, 'inputs': [{'data': plain(x), 'shape': list(np.shape(x))} for x in inputs], 'attributes': attributes,
        'values': plain(y), 'factors': plain(factors(y)), 'shape': y.shape.as_list(), 'gradients': [None if g is None else plain(g) for g in gradients],
    })


for name, at in {
    'abs': [-2, -0.0, 0, 3, nan, inf], 'sign': [-2, 0, 3, nan], 'floor': [-1.5, -1, 0, 1.5], 'ceil': [-1.5, -1, 0, 1.5],
    'round': [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999999999999994], 'trunc': [-1.7, -0.2, 1.7],
    'negative': [0, 1], 'square': [0, -3], 'sqrt': [0, 4, -1], 'rsqrt': [0, 4, -1], 'reciprocal': [0, 2, -0.5],
    'log': [0, 1, -1, 1e-310], 'log1p': [-1, 0, 1e-12], 'log2': [0, 8], 'log10': [0, 1000], 'exp': [0, 710, -800], 'expm1': [1e-12, -40, 0],
    'tan': [0, 1.5707963267948966], 'arcsin': [1, -1, 0, 2], 'arccos': [1, -1, 0, 2], 'arctan': [0, inf], 'arctanh': [1, -1, 0],
    'arccosh': [1, 2], 'arcsinh': [0, -30], 'sinh': [0, 30], 'cosh': [0, 30], 'erf': [0, 3, -7, 1e-12], 'sigmoid': [0, -745, 40], 'tanh': [0, 20, -400],
}.items():
    case(name, [at], getattr(ops, name))

X, Y = [1, 2, 0, -0.0, nan, 1, inf], [1, 0, 0, 0, 1, nan, inf]
for name in ['maximum', 'minimum', 'equal', 'not_equal', 'greater', 'greater_equal', 'less', 'less_equal', 'logical_and', 'logical_or', 'logical_xor']:
    case(name, [X, Y], getattr(ops, name))
for name in ['maximum', 'minimum']:
    case(name, [[[1, 0], [0, -1]], [0]], getattr(ops, name))
    case(name, [0, [1, 0, -1]], getattr(ops, name))
case('power', [[0, 0, 0, 0, 0, -2, -2, -2, 2, 1, -1, 1], [0, 1, 2, 0.5, -1, 2, 3, 0.5, 0, inf, inf, -inf]], ops.power)
case('power', [[0, 1, -2], 2], ops.power)
case('power', [[0, 1, 4], 0.5], ops.power)
case('power', [[0, 2], 0], ops.power)
case('power', [0, [0, 1, 2, -1]], ops.power)
case('divide', [[1, 0, -1, 6], [0, 0, 0, 3]], ops.divide)
case('floor_divide', [[7, -7, 7, -7, 5.5, 6, 1], [2, 2, -2, -2, 0.5, 3, 0]], ops.floor_divide)
case('mod', [[7, -7, 7, -7, 5.5, 6, 0], [2, 2, -2, -2, 0.5, 3, 2]], ops.mod)
case('arctan2', [[0, 0, 1, -1, 0], [0, -1, 0, 0, 1]], ops.arctan2)
case('multiply', [[0, inf, 2], [inf, 0, nan]], ops.multiply)
case('squared_difference', [[1, 1], [1, 3]], tf.math.squared_difference)
case('where', [[1, 0, nan, 0.5], [1, nan, 3, 4], [nan, 2, 3, nan]], ops.where)
case('clip', [[-1, 0, 0.5, 1, 2, nan]], lambda x: ops.clip(x, 0.0, 1.0), min=0, max=1)
case('clip', [[-1, 0, 0.5, 1, 2]], lambda x: ops.clip(x, 1.0, 0.0), min=1, max=0)
for name in ['isnan', 'isinf', 'isfinite', 'logical_not']:
    case(name, [[0, 1, nan, inf, -inf]], getattr(ops, name))

TIES = [[1, 3, 3], [2, 2, 2]]
for name in ['max', 'min']:
    f = getattr(ops, name)
    for axis, keep in [([1], False), ([0], True), (None, False), ([], False), ([0, 1], True)]:
        case(name, [TIES], lambda x: f(x, axis=None if axis is None else tuple(axis), keepdims=keep), axes=axis, keepDims=keep)
    case(name, [[[1, nan, 2], [inf, inf, 1], [-inf, -inf, -inf]]], lambda x: f(x, axis=1), axes=[1], keepDims=False)
for name in ['sum', 'mean', 'prod']:
    for axis in [[], [1], None]:
        case(name, [[[2, 0, 3], [0, 0, 4]]], lambda x: getattr(ops, name)(x, axis=None if axis is None else tuple(axis)), axes=axis, keepDims=False)
case('prod', [[[2, -3, 4], [1e200, 1e200, 1e-300]]], lambda x: ops.prod(x, axis=1), axes=[1], keepDims=False)
for name in ['any', 'all']:
    case(name, [[[0, nan], [0, 0], [1, 2]]], lambda x: getattr(ops, name)(x, axis=1), axes=[1], keepDims=False)
for name in ['var', 'std']:
    case(name, [[[2, 2, 2], [1, 2, 4]]], lambda x: getattr(ops, name)(x, axis=1), axes=[1], keepDims=False)
    case(name, [[[2, 2, 2], [1, 2, 4]]], lambda x: getattr(ops, name)(x, axis=None, keepdims=True), axes=None, keepDims=True)
for order in [2, 1, 3, 0.5, 0, inf, -inf]:
    case('norm', [[[0, 0, 0], [3, -4, 0], [2, -2, 2]]], lambda x: ops.norm(x, ord=order, axis=1), axes=[1], keepDims=False, order=plain([order])[0])
case('norm', [[[0, 0], [3, -4]]], lambda x: ops.norm(x), axes=None, keepDims=False, order=2)
case('logsumexp', [[[-inf, -inf], [inf, 1], [1, -inf], [1000, 1000]]], lambda x: ops.logsumexp(x, axis=1), axes=[1], keepDims=False)
case('cumsum', [[1, nan, 2, inf]], lambda x: ops.cumsum(x, axis=0), axis=0)
case('cumprod', [[[2, 0, 3, 4], [2, 3, 0, 0], [1, 2, 3, -1]]], lambda x: ops.cumprod(x, axis=1), axis=1)
case('argmax', [[[1, 3, 3], [0, -0.0, -1], [-1, -0.0, 0], [1, nan, 2]]], lambda x: ops.argmax(x, axis=1), axis=1)
case('argmin', [[[3, 1, 1], [0, -0.0, 1], [1, 0, -0.0], [2, nan, 1]]], lambda x: ops.argmin(x, axis=1), axis=1)
for name in ['softmax', 'log_softmax']:
    case(name, [[[-inf, 0, 1], [inf, 0, 1], [-inf, -inf, -inf], [1000, 1000, -1000], [nan, 0, 1]]], lambda x: getattr(ops, name)(x, axis=-1), axes=[-1])
    case(name, [[[1000, 0], [1000, 1]]], lambda x: getattr(ops, name)(x, axis=0), axes=[0])
case('softmax', [[[[1, 2], [3, 1]], [[0, 0], [0, 9]]]], lambda x: ops.softmax(x, axis=(0, 2)), axes=[0, 2])
case('softmax', [[[1, 2], [3, 1]]], lambda x: ops.softmax(x, axis=None), axes=None)
case('cast', [[1.7, -1.7, 0.2, -0.2]], lambda x: ops.cast(x, 'int32'), dtype='int')
case('cast', [[1.7, 0, -0.0, nan]], lambda x: ops.cast(x, 'bool'), dtype='bool')

# Where the gradient that comes back is 0 itself: some slopes that are infinite make no number of it, others leave it.
for name, at in {
    'sqrt': [0, -1], 'rsqrt': [0, -1], 'reciprocal': [0], 'log': [0, -1], 'log1p': [-1], 'log2': [0], 'arcsin': [1, 2], 'arccos': [1], 'arctanh': [1],
    'arccosh': [1], 'abs': [nan], 'exp': [710], 'square': [inf], 'tan': [1.5707963267948966], 'sinh': [800], 'tanh': [nan], 'sigmoid': [nan],
}.items():
    case(name, [at], getattr(ops, name), factors=tf.zeros_like)
case('power', [[0, 0, 2], [-1, 0.5, 3]], ops.power, factors=tf.zeros_like)
case('divide', [[1, 0, -1, 6], [0, 0, 0, 3]], ops.divide, factors=tf.zeros_like)
case('multiply', [[0, inf, 2], [inf, 0, nan]], ops.multiply, factors=tf.zeros_like)
case('arctan2', [[0, 1], [0, 0]], ops.arctan2, factors=tf.zeros_like)
case('maximum', [[nan, 1], [1, nan]], ops.maximum, factors=tf.zeros_like)
case('norm', [[[0, 0], [3, -4]]], lambda x: ops.norm(x, axis=1), factors=tf.zeros_like, axes=[1], keepDims=False, order=2)
case('std', [[[2, 2, 2], [1, 2, 4]]], lambda x: ops.std(x, axis=1), factors=tf.zeros_like, axes=[1], keepDims=False)
case('max', [[[nan, 1], [inf, inf]]], lambda x: ops.max(x, axis=1), factors=tf.zeros_like, axes=[1], keepDims=False)
case('logsumexp', [[[-inf, -inf], [inf, 1]]], lambda x: ops.logsumexp(x, axis=1), factors=tf.zeros_like, axes=[1], keepDims=False)
case('softmax', [[[-inf, -inf], [inf, 0]]], lambda x: ops.softmax(x), factors=tf.zeros_like, axes=[-1])

text = json.dumps(cases).replace('}, {"name"', '},\n{"name"')
(pathlib.Path(__file__).parent / 'kinks.json').write_text(text + '\n')
