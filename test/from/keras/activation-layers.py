"""What Keras gives of its activation layers: writes activation-layers.json beside itself. Made with keras 3.15.1, tf_keras 2.21 and tensorflow 2.21:

    python test/from/keras/activation-layers.py

Each layer by its configuration as a file has it, called with numbers some of which are kinks, in float64: the output, and the derivatives by
the input and the weights of its sum weighed by sines.
"""
import json
import os
import pathlib
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['KERAS_BACKEND'] = 'tensorflow'
import keras as K3
import numpy as np
import tensorflow as tf
import tf_keras as K2

K3.backend.set_floatx('float64')
K2.backend.set_floatx('float64')

X = np.array([[[0, 1, -1, 2.5], [-2.5, 3, -3, 6], [0.3, -0.7, 7, -7]], [[0.5, -0.5, 0.2, 1.2], [0.1, 0, -0.2, 0.4], [-9, 20, -0.01, 0.8]]])
MASKS = {'steps': np.array([[[True], [False], [True]], [[True], [True], [False]]]), 'all': np.array([[[False] * 4] * 3, [[True, False, False, True]] * 3]),
         'numbers': np.array([[[1.0, 0.2, 0.7, 0.5]]]), 'row': np.array([True, False, True, True])}
cases = []


def numbers(shape, start):
    return np.sin(np.arange(np.prod(shape)) * 0.7 + start).reshape(shape) * 0.8


def plain(array):
    return [float(f'{v:.12g}') for v in np.asarray(array).ravel()]


def case(K, layer, mask=None):
    x = tf.constant(X)
    call = {} if mask is None else {'mask': tf.constant(MASKS[mask])}
    layer(x, **call)
    for i, weight in enumerate(layer.weights):
        weight.assign(numbers(weight.shape, i + 1))
    variables = [getattr(weight, 'value', weight) if K is K3 else weight for weight in layer.weights]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, **call)
        loss = tf.reduce_sum(y * numbers(y.shape, 0.5))
    gradients = tape.gradient(loss, [x, *variables])
    config = {k: v for k, v in layer.get_config().items() if not k.endswith(('_initializer', '_constraint')) and k not in ('dtype', 'trainable')} | {'name': 'a'}
    cases.append({
        'keras': 3 if K is K3 else 2, 'className': type(layer).__name__, 'config': json.loads(json.dumps(serializable(K, config))), 'mask': mask,
        'head': hasattr(y, '_keras_logits'), 'shape': y.shape.as_list(), 'output': plain(y), 'gradients': [plain(g) for g in gradients],
    })


def serializable(K, value):
    if isinstance(value, dict): return {k: serializable(K, v) for k, v in value.items()}
    if isinstance(value, (list, tuple)): return [serializable(K, v) for v in value]
    if isinstance(value, (np.generic, np.ndarray)): return value.tolist()
    return value


for K in (K3, K2):
    L = K.layers
    slope = {'negative_slope': 0.1} if K is K3 else {'alpha': 0.1}
    for name in ['relu', 'hard_sigmoid', 'softmax', 'log_softmax', 'sigmoid', 'swish', 'gelu', 'leaky_relu', 'elu', 'selu', 'mish', 'linear']:
        case(K, L.Activation(name))
    for given in [L.LeakyReLU(**slope), L.ReLU(max_value=6), L.ReLU(max_value=3, negative_slope=0.2, threshold=0.5), L.ELU(0.4), L.Softmax()]:
        case(K, L.Activation(given))
    case(K, L.Activation(K.activations.gelu))
    case(K, L.ReLU())
    for options in [dict(max_value=6), dict(max_value=3), dict(negative_slope=0.1), dict(max_value=3, negative_slope=0.1), dict(threshold=0.5), dict(max_value=6, negative_slope=0.1, threshold=1), dict(max_value=0.9, negative_slope=0.1, threshold=0.2)]:
        case(K, L.ReLU(**options))
    case(K, L.LeakyReLU())
    case(K, L.LeakyReLU(**slope))
    case(K, L.ELU())
    case(K, L.ELU(0.4))
    for shared in [None, [1], [1, 2], 2]:
        case(K, L.PReLU(shared_axes=shared))
    for axis in [-1, 1, [1, 2], [-1], (2, 1)]:
        case(K, L.Softmax(axis=axis))
        for mask in MASKS if axis in (-1, 1, [1, 2]) else []:
            case(K, L.Softmax(axis=axis), mask)
    case(K, L.Dense(3))
    for activation in ['softmax', 'sigmoid', 'tanh', L.LeakyReLU(**slope), L.Softmax()]:
        case(K, L.Dense(3, activation=activation))
    case(K, L.Dense(2, use_bias=False, activation='relu'))
for axis in [-1, 1]:
    for mask in MASKS:
        case(K2, K2.layers.Softmax(axis=axis, robust_masking=True), mask)
case(K2, K2.layers.ThresholdedReLU(0.5))
case(K2, K2.layers.ThresholdedReLU())
case(K2, K2.layers.Activation('LeakyReLU'))
cases[-1]['config']['activation'] = 'LeakyReLU'  # Keras 2 takes a class's name, too

masks = {name: {'data': mask.astype(float).ravel().tolist(), 'shape': list(mask.shape), 'dtype': 'bool' if mask.dtype == bool else 'float'} for name, mask in MASKS.items()}
text = json.dumps({'x': X.ravel().tolist(), 'shape': list(X.shape), 'masks': masks, 'cases': cases}).replace('}, {"keras"', '},\n{"keras"')
(pathlib.Path(__file__).parent / 'activation-layers.json').write_text(text + '\n')
