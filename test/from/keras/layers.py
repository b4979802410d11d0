"""What Keras gives for layers that are neither recurrent nor convolutions: writes layers.json beside itself. Made with keras 3.15.1, tf_keras 2.21 and tensorflow 2.21:

    python test/from/keras/layers.py

Every real number is a sine of its place, so that the test makes the same (those of gammas and variances lie about 1); float64 throughout. Of each case: the outputs, their masks, and
the derivatives by inputs and weights of their sum weighed by such numbers. Where Keras 2 and Keras 3 give the same, it is there once.
"""
import json
import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras as K3
import numpy as np
import tensorflow as tf
import tf_keras as K2

K3.config.set_dtype_policy('float64')
K2.backend.set_floatx('float64')

MASKS = {'ends': [[1, 1, 0], [1, 0, 0]], 'starts': [[0, 1, 1], [1, 1, 1]], 'none': [[0, 0, 0], [0, 1, 0]], 'four': [[1, 0, 1, 1], [0, 0, 1, 1]]}
X, Y, W = [2, 3, 2], [2, 3, 4], [2, 4, 2]


def numbers(shape, start):
    return np.sin(np.arange(np.prod(shape, dtype=int)) * 0.7 + start).reshape(shape) * 0.8


def tokens(*shape, below=4):
    return (np.arange(np.prod(shape)) * 3 % below).reshape(shape).astype('int32')


def zeroed(shape):
    x = numbers(shape, 0)
    x[0, -1] = 0
    x[1, 0] = 0
    return x


def tied(shape, start):
    return np.round(2.4 * numbers(shape, start))


CASES = []


def case(layer, inputs, masks=(), only=(2, 3), form='one', training=False, given=None, **options):
    """`layer` makes a layer of one Keras's `layers`; inputs are shapes or arrays; `form` is how it is called: with one tensor, a list, or an argument for each."""
    CASES.append(dict(layer=layer, inputs=inputs, masks=masks, only=only, form=form, training=training, given=given or {}, options=options))


# Embeddings and dense layers by equations.
for zero in (False, True): case(lambda L, zero=zero: L.Embedding(4, 2, mask_zero=zero), [tokens(2, 3)])
case(lambda L: L.Embedding(4, 2, mask_zero=True), [tokens(2, 2, 3).astype('float64')])
for tie in (True, False):
    case(lambda L, tie=tie: L.ReversibleEmbedding(4, 2, tie_weights=tie, mask_zero=True), [tokens(2, 3)], only=(3,))
    case(lambda L, tie=tie: L.ReversibleEmbedding(4, 2, tie_weights=tie, logit_soft_cap=1.5), [X], only=(3,), reverse=True)
case(lambda L: L.EinsumDense('abc,cd->abd', output_shape=(None, 3), bias_axes='d', activation='tanh'), [X], ['ends'])
case(lambda L: L.EinsumDense('abc,cd->abd', output_shape=(3, 2), bias_axes='bd'), [X])
case(lambda L: L.EinsumDense('...x,xy->...y', output_shape=3, bias_axes='y'), [X])
case(lambda L: L.EinsumDense('ab...,bc->ac...', output_shape=3), [X])
case(lambda L: L.EinsumDense('ab...,bc->ac...', output_shape=2, bias_axes='c'), [X])  # Keras 3 takes the bias for one of the last axis
case(lambda L: L.EinsumDense('abc,bcde->ade', output_shape=(2, 3), bias_axes='e'), [X])

# Masks, shapes, what only passes on.
case(lambda L: L.Masking(), [zeroed(X)])
case(lambda L: L.Masking(), [zeroed([2, 3, 2, 2])])
case(lambda L: L.Masking(-1.5), [np.where(zeroed(X) == 0, -1.5, zeroed(X))])
for make in (lambda L: L.Identity(), lambda L: L.ActivityRegularization(0.1), lambda L: L.Dropout(0.4), lambda L: L.GaussianNoise(0.4), lambda L: L.GaussianDropout(0.4), lambda L: L.AlphaDropout(0.4)): case(make, [[2, 3, 1]], ['ends'])
for form in ('channels_last', 'channels_first'): case(lambda L, form=form: L.Flatten(data_format=form), [X], ['ends'])
case(lambda L: L.Flatten(), [[3]])
case(lambda L: L.Flatten(), [[2, 3]])
for shape in ((6,), (-1,), (3, -1), (2, 3, 1)): case(lambda L, shape=shape: L.Reshape(shape), [X], ['ends'])
case(lambda L: L.Permute((2, 1)), [X], ['ends'])
case(lambda L: L.RepeatVector(3), [[2, 2]])

# Merges.
for name in ('Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate'):
    for masks in ((), ('ends', None), ('ends', 'starts')): case(lambda L, name=name: getattr(L, name)(), [X, X], masks, form='list')
for name in ('Multiply', 'Maximum', 'Minimum'):
    case(lambda L, name=name: getattr(L, name)(), [X, X, X], ['ends', 'starts', 'none'], form='list')
    case(lambda L, name=name: getattr(L, name)(), [X, X, X], [None, 'starts', 'ends'], form='list')
for name in ('Maximum', 'Minimum'): case(lambda L, name=name: getattr(L, name)(), [tied(X, 0), tied(X, 1)], form='list')
case(lambda L: L.Add(), [[3, 4, 2], [3, 2], [3, 4, 1]], form='list')
case(lambda L: L.Maximum(), [X, [2, 2]], ['ends', None], form='list')
case(lambda L: L.Concatenate(axis=1), [X, W], ['ends', 'four'], form='list')
case(lambda L: L.Concatenate(axis=1), [X, [2, 1, 2]], ['ends', None], only=(3,), form='list')
case(lambda L: L.Concatenate(), [X, Y, X], ['ends', 'starts', None], form='list')
for norm in (False, True):
    for axes, shapes in ((1, ([2, 3], [2, 3])), (-1, (X, X)), ((2, 1), (X, [2, 2])), ((1, 2), ([2, 2], X)), (1, (X, Y)), ((3, 1), ([2, 3, 2, 2], [2, 2, 3]))): case(lambda L, axes=axes, norm=norm: L.Dot(axes, normalize=norm), list(shapes), form='list')
case(lambda L: L.Dot(1, normalize=True), [zeroed([2, 3, 2]), X], form='list')

# Normalisations.
for masks in ((), ('ends',)):
    for training in (False, True): case(lambda L: L.BatchNormalization(epsilon=0.1), [X], masks, training=training)
case(lambda L: L.BatchNormalization(axis=1), [X], ['ends'], training=True)
case(lambda L: L.BatchNormalization(scale=False), [[2, 3]], training=True)
case(lambda L: L.BatchNormalization(axis=[1, 2]), [X], only=(2,), training=True)
for training in (False, True): case(lambda L: L.BatchNormalization(renorm=True, renorm_clipping={'rmax': 1.2, 'rmin': 0.8, 'dmax': 0.3}), [X], only=(3,), training=training)
for axis in (-1, 1, [1, 2]): case(lambda L, axis=axis: L.LayerNormalization(axis=axis, epsilon=0.1), [X], ['ends'])
case(lambda L: L.LayerNormalization(axis=[2, 1], center=False), [X], only=(2,))
case(lambda L: L.LayerNormalization(axis=[2, 1], center=False), [X], only=(3,))
case(lambda L: L.LayerNormalization(rms_scaling=True), [X], only=(3,))
for axis in (-1, [1, 2]): case(lambda L, axis=axis: L.RMSNormalization(axis=axis, epsilon=0.1), [X], ['ends'], only=(3,))
case(lambda L: L.UnitNormalization(), [zeroed(X)], ['ends'])
case(lambda L: L.UnitNormalization(axis=[1, 2]), [X])
for axis, groups in ((-1, 2), (1, 3), (-1, -1)): case(lambda L, axis=axis, groups=groups: L.GroupNormalization(groups, axis=axis), [Y])
case(lambda L: L.GroupNormalization(2), [Y], ['ends'], only=(3,))
for training in (False, True):
    case(lambda L: L.SpectralNormalization(L.Dense(2), power_iterations=2), [X], ['ends'], only=(3,), training=training)
    case(lambda L: L.SpectralNormalization(L.Embedding(4, 2)), [tokens(2, 3)], only=(3,), training=training)
for axis in (-1, None, (1, 2)): case(lambda L, axis=axis: L.Normalization(axis=axis), [X], ['ends'])
case(lambda L: L.Normalization(mean=[1., 2.], variance=[4., .5], invert=True), [X], ['ends'])
case(lambda L: L.Normalization(axis=(1, 2), mean=0.5, variance=2.), [X])
case(lambda L: L.Rescaling(0.5, offset=-1.), [X], ['ends'])
case(lambda L: L.Rescaling([0.1, 2.]), [tokens(2, 2)])

# Spectra; the windows are in the stored kernels.
for mode, expands in [('log', False), ('magnitude', True), ('psd', False), ('stft', True), ('stft', False), ('angle', False), ('real', False), ('imag', False)]:
    case(lambda L, mode=mode, expands=expands: L.STFTSpectrogram(mode, 3, 2, 4, window=None, padding='same', expand_dims=expands), [[2, 7, 2]], only=(3,))

# Attention.
for name in ('Attention', 'AdditiveAttention'):
    for masks in ((), ('ends', None), (None, 'four'), ('ends', 'four')): case(lambda L, name=name: getattr(L, name)(use_scale=True), [X, W], masks, form='list')
    case(lambda L, name=name: getattr(L, name)(dropout=0.3), [X, X], ['none', 'none'], form='list', use_causal_mask=True, return_attention_scores=True)
case(lambda L: L.Attention(), [X, [2, 4, 1], W], ['ends', 'four', None], form='list')
case(lambda L: L.Attention(score_mode='concat', use_scale=True), [X, W], [None, 'four'], form='list')
for masks in ((), ('ends', 'four'), ('none', None)):
    for dropout in (0.0, 0.3): case(lambda L, dropout=dropout: L.MultiHeadAttention(2, 1, dropout=dropout), [X, W], masks, form='each')
case(lambda L: L.MultiHeadAttention(2, 2, value_dim=1, output_shape=3, use_bias=False), [X, W, W], ['ends', None, 'four'], form='each', return_attention_scores=True)
case(lambda L: L.MultiHeadAttention(1, 2, output_shape=(2, 1)), [X, X], ['ends', 'ends'], form='each', use_causal_mask=True)
case(lambda L: L.MultiHeadAttention(1, 2), [X, W], [None, 'four'], form='each', given={'attention_mask': [[[1, 0, 1, 1], [0, 1, 1, 0], [1, 1, 1, 1]]] * 2})
for axes in ((1,), (2,), None): case(lambda L, axes=axes: L.MultiHeadAttention(1, 1, attention_axes=axes), [[2, 3, 2, 2], [2, 3, 2, 2]], form='each')
case(lambda L: L.MultiHeadAttention(1, 2, use_gate=True, sliding_window=2), [X, X], ['ends', 'ends'], only=(3,), form='each')
case(lambda L: L.GroupQueryAttention(2, 2, 1), [X, X], ['ends', 'starts'], only=(3,), form='each')
case(lambda L: L.GroupQueryAttention(1, 2, 2, dropout=0.3, use_gate=True), [X, X], ['ends', 'starts'], only=(3,), form='each', use_causal_mask=True, return_attention_scores=True)

# Categories.
for mode in ('int', 'one_hot', 'multi_hot', 'count'):
    shape = [2, 1] if mode == 'one_hot' else [2, 3]
    case(lambda L, mode=mode: L.Discretization([-0.5, 0.1, 0.5], output_mode=mode), [np.round(numbers(shape, 0), 1)])
    case(lambda L, mode=mode: L.Hashing(5, mask_value=0, salt=7, output_mode=mode), [tokens(*shape, below=7)])
    case(lambda L, mode=mode: L.IntegerLookup(vocabulary=[1, 3, 7], mask_token=0, num_oov_indices=2, output_mode=mode), [tokens(*shape, below=8)])
    if mode != 'int': case(lambda L, mode=mode: L.CategoryEncoding(4, output_mode=mode), [tokens(*shape)])
case(lambda L: L.Discretization([-0.5, 0.5], output_mode='one_hot'), [X], only=(3,))
case(lambda L: L.CategoryEncoding(4, output_mode='multi_hot'), [tokens(2, 3, 2)], only=(3,))
for salt in (None, 7, [1337, 42]): case(lambda L, salt=salt: L.Hashing(1000, salt=salt), [np.array([[0, 7, -3, 42, 1234, -56789, 12345678, 123456789012, -98765432109876, 9007199254740991]], 'int64')])
case(lambda L: L.IntegerLookup(vocabulary=[1, 3, 7], oov_method='farmhash', num_oov_indices=3), [tokens(2, 4, below=9)], only=(3,))
case(lambda L: L.IntegerLookup(vocabulary=[5, 3, 7], invert=True), [tokens(2, 3)])

# Local convolutions of tf.keras.
for implementation in (1, 2, 3):
    case(lambda L, i=implementation: L.LocallyConnected1D(2, 2, implementation=i, activation='tanh'), [[2, 3, 2]], only=(2,))
    case(lambda L, i=implementation: L.LocallyConnected2D(1, (2, 1), strides=(1, 2), implementation=i, data_format='channels_first'), [[1, 2, 3, 3]], only=(2,))
    if implementation > 1: case(lambda L, i=implementation: L.LocallyConnected1D(1, 3, padding='same', implementation=i), [[2, 3, 2]], only=(2,))


def get_mask(keras, tensor):
    return K3.src.backend.get_keras_mask(tensor) if keras == 3 else getattr(tensor, '_keras_mask', None)


def set_mask(keras, tensor, mask):
    if keras == 3: K3.src.backend.set_keras_mask(tensor, mask)
    else: tensor._keras_mask = mask


def plain(value):
    if isinstance(value, dict): return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)): return [plain(one) for one in value]
    return value.item() if isinstance(value, np.generic) else value


DROPPED = ('initializer', 'constraint', 'regularizer', 'dtype', 'name', 'trainable', 'seed', 'quantization', 'batch_input_shape', 'query_shape', 'key_shape', 'value_shape', 'vocabulary_size')


def kept(config):
    out = {key: value for key, value in plain(config).items() if key == 'axis' or value is not None and not any(word in key for word in DROPPED)}
    if 'layer' in out: out['layer'] = {'class_name': out['layer']['class_name'], 'config': kept(out['layer']['config'])}
    return out


def digits(array):
    if array is None: return 0
    array = np.asarray(array)
    if array.dtype == bool or array.dtype.kind in 'iu': return [int(one) for one in array.ravel()]
    return [float(f'{one:.11g}') for one in array.ravel()]


def answer(keras, case):
    module = K3 if keras == 3 else K2
    layer = case['layer'](module.layers)
    arrays = [numbers(one, i) if isinstance(one, list) else one for i, one in enumerate(case['inputs'])]
    masks = [None if name is None else tf.constant(np.array(MASKS[name], bool)) for name in (*case['masks'], *[None] * len(arrays))][:len(arrays)]
    options = {**case['options'], **({'training': True} if case['training'] else {}), **{name: tf.constant(np.array(mask, bool)) for name, mask in case['given'].items()}}

    def call(masked):
        tensors = [tf.constant(array) for array in arrays]
        if masked:
            for tensor, mask in zip(tensors, masks):
                if mask is not None: set_mask(keras, tensor, mask)
                if tensor.dtype.is_floating: tape.watch(tensor)
        return tensors, layer(tensors[0], **options) if case['form'] == 'one' else layer(tensors, **options) if case['form'] == 'list' else layer(*tensors, **options)

    call(False)
    weights = [w for w in layer.weights if 'float' in str(w.dtype)]
    for i, weight in enumerate(weights):
        about = 1 if any(word in weight.name for word in ('gamma', 'variance', 'stddev')) else 0
        weight.assign(numbers(weight.shape, i + 1) * (0.5 if about else 1) + about)
    if hasattr(layer, 'finalize_state'): layer.finalize_state()
    variables = [w.value if keras == 3 else w for w in weights]
    with tf.GradientTape() as tape:
        tensors, outputs = call(True)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        terms = [tf.reduce_sum(out * numbers(out.shape, i + 0.5)) for i, out in enumerate(outputs) if out.dtype == tf.float64]
        loss = tf.add_n(terms) if terms else None
    found = [get_mask(keras, out) for out in outputs]
    sources = [t for t in tensors if t.dtype.is_floating] + [v for v, w in zip(variables, weights) if w.trainable]
    gradients = iter([] if loss is None else tape.gradient(loss, sources, unconnected_gradients='zero'))
    dense = lambda gradient: digits(tf.convert_to_tensor(gradient))
    return dict(
        className=type(layer).__name__, config=kept(layer.get_config()), form=case['form'], training=case['training'], options=case['options'],
        given={name: dict(data=np.ravel(mask).tolist(), shape=list(np.shape(mask))) for name, mask in case['given'].items()},
        inputs=[one if isinstance(one, list) else dict(data=digits(one), shape=list(one.shape), dtype='int' if one.dtype.kind == 'i' else 'float') for one in case['inputs']],
        masks=list(case['masks']), weights=[w.name.split('/')[-1].split(':')[0] for w in weights], outputs=[dict(data=digits(out), shape=list(out.shape)) for out in outputs],
        outMasks=[0 if mask is None else dict(data=digits(mask), shape=list(mask.shape)) for mask in found],
        dx=[dense(next(gradients)) if t.dtype.is_floating and loss is not None else 0 for t in tensors], dw=[dense(next(gradients)) if w.trainable and loss is not None else 0 for w in weights])


SEEN = ('outputs', 'outMasks', 'dx', 'dw')
answers = []
for one in CASES:
    pair = {keras: answer(keras, one) for keras in one['only']}
    if len(pair) == 2 and [pair[2][key] for key in SEEN] == [pair[3][key] for key in SEEN] and pair[2]['config'] == pair[3]['config']: answers.append(dict(keras=[2, 3], **pair[3]))
    else: answers += [dict(keras=[keras], **found) for keras, found in pair.items()]
lines = [json.dumps({key: value for key, value in one.items() if value not in ({}, False)}, separators=(',', ':')) for one in answers]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'layers.json'), 'w') as file:
    file.write('{"masks":' + json.dumps(MASKS, separators=(',', ':')) + ',"cases":[\n' + ',\n'.join(lines) + '\n]}\n')
print(len(answers), 'answers')
