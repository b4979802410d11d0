"""What Keras's layers over one to three axes give: writes spatial-layers.json beside itself. Made with keras 3.15.1, tf_keras 2.21 and tensorflow 2.21:

    python test/from/keras/spatial-layers.py

With a number and a file's name it makes so many cases of each class, and writes them there. Options are drawn at random, the same every time. Every
number is a sine of its place, or with `ties` that rounded to whole ones, so that the test makes the same; float64 where TensorFlow has it, else float32.
Of each case: the outputs, the derivatives by x and by the weights of the outputs' sum weighed by such numbers, and which outputs have a mask.
"""
import json
import os
import random
import re
import sys
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras as K3
import numpy as np
import tensorflow as tf
import tf_keras as K2

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def numbers(shape, start):
    return np.sin(np.arange(np.prod(shape)) * 0.7 + start).reshape(shape) * 0.8


def whole(shape):
    return np.round(2.4 * np.sin(np.arange(np.prod(shape)) * 1.3)).reshape(shape)


def factors(shape, start, rate):
    drawn = (np.sin(1.3 * (np.arange(np.prod(shape)) + start) + 0.5) + 1) / 2
    return np.where(drawn < rate, 0, 1 / (1 - rate)).reshape(shape)


class Draw(random.Random):
    def several(self, n, low, high):
        """A number for all axes, or one for each."""
        return self.randint(low, high) if self.random() < 0.5 else [self.randint(low, high) for _ in range(n)]


def listed(value, n):
    return [value] * n if isinstance(value, int) else value


def common(r, n):
    config = {}
    if r.random() < 0.4:
        config['data_format'] = 'channels_first'
    return config


def activation(r):
    return r.choice(['linear', 'linear', 'relu', 'tanh', 'softmax', 'selu', None])


def sizes(r, n, low=3, high=7):
    return [r.randint(low, high if n < 3 else min(high, 5)) for _ in range(n)]


def shape_of(r, config, n, channels, place):
    batch = r.randint(1, 3)
    return [batch, channels, *place] if config.get('data_format') == 'channels_first' else [batch, *place, channels]


def convolution(r, n, K):
    config = common(r, n)
    groups = r.choice([1, 1, 1, 2])
    config.update(filters=groups * r.randint(1, 3), kernel_size=r.several(n, 1, 3), padding=r.choice(['valid', 'same', 'causal'] if n == 1 else ['valid', 'same']),
                  use_bias=r.random() < 0.7, activation=activation(r))
    if groups > 1:
        config['groups'] = groups
    config['strides' if r.random() < 0.6 else 'dilation_rate'] = r.several(n, 1, 3)
    return config, shape_of(r, config, n, groups * r.randint(1, 3), sizes(r, n, 5))


def transposed(r, n, K):
    config = common(r, n)
    config.update(filters=r.randint(1, 3), kernel_size=r.several(n, 1, 4), padding=r.choice(['valid', 'same']), use_bias=r.random() < 0.7, activation=activation(r))
    if r.random() < 0.7:
        config['strides'] = r.several(n, 1, 3)
        if r.random() < 0.4:
            config['output_padding'] = [r.randrange(s) for s in listed(config['strides'], n)]
    elif n < 3 or K is K3:
        config['dilation_rate'] = r.randint(1, 3)
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n, 2, 4))


def depthwise(r, n, K):
    config = common(r, n)
    config.update(kernel_size=r.several(n, 1, 3), padding=r.choice(['valid', 'same']), depth_multiplier=r.randint(1, 2), use_bias=r.random() < 0.7, activation=activation(r))
    if r.random() < 0.5:
        config['strides'] = r.randint(1, 3)
    else:
        config['dilation_rate'] = r.randint(1, 3)
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n, 5))


def separable(r, n, K):
    config, shape = depthwise(r, n, K)
    config['filters'] = r.randint(1, 3)
    if n == 1 and K is K2 and r.random() < 0.3:
        config['padding'] = 'causal'
    return config, shape


def pooling(r, n, K):
    config = common(r, n)
    config.update(pool_size=r.several(n, 1, 3), padding=r.choice(['valid', 'same']))
    if r.random() < 0.6:
        config['strides'] = r.several(n, 1, 3)
    return config, shape_of(r, config, n, r.randint(1, 5), sizes(r, n))


def everywhere(r, n, K):
    config = common(r, n)
    if r.random() < 0.5:
        config['keepdims'] = r.random() < 0.7
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n))


def upsampling(r, n, K):
    config = common(r, n) if n > 1 else {}
    config['size'] = r.several(n, 1, 3) if n > 1 else r.randint(1, 3)
    if n == 2 and r.random() < 0.6:
        config['interpolation'] = r.choice(['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'] + (['area', 'gaussian', 'mitchellcubic'] if K is K2 else []))
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n, 1, 4))


def borders(r, n, most):
    kind = r.random()
    if n == 1:
        return r.randint(0, most) if kind < 0.4 else [r.randint(0, most), r.randint(0, most)]
    if kind < 0.3:
        return r.randint(0, most)
    return [r.randint(0, most) if kind < 0.5 else [r.randint(0, most), r.randint(0, most)] for _ in range(n)]


def padding(r, n, K):
    config = common(r, n) if n > 1 or K is K3 else {}
    config['padding'] = borders(r, n, 2)
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n, 1, 4))


def cropping(r, n, K):
    config = common(r, n) if n > 1 else {}
    config['cropping'] = borders(r, n, 1)
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n, 3, 5))


def resizing(r, n, K):
    config = common(r, n) if K is K3 else {}
    config.update(height=r.randint(1, 7), width=r.randint(1, 7))
    config['interpolation'] = r.choice(['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'] + (['area'] if K is K2 else []))
    if r.random() < 0.3:
        config['crop_to_aspect_ratio'] = True
    elif K is K3 and r.random() < 0.3:
        config['antialias'] = True
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n, 2, 6))


def centercrop(r, n, K):
    config = common(r, n) if K is K3 else {}
    config.update(height=r.randint(1, 5), width=r.randint(1, 5))
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n, 2, 6))


def convlstm(r, n, K):
    config = common(r, n)
    config.update(filters=r.randint(1, 2), kernel_size=r.several(n, 1, 3), padding=r.choice(['valid', 'same']), use_bias=r.random() < 0.8,
                  recurrent_activation=r.choice(['sigmoid', 'hard_sigmoid', 'tanh']), return_sequences=r.random() < 0.5)
    if r.random() < 0.2:
        config['activation'] = r.choice(['relu', 'softsign'])
    config['strides' if r.random() < 0.6 else 'dilation_rate'] = r.several(n, 1, 2)
    if r.random() < 0.3:
        config['go_backwards'] = True
    shape = shape_of(r, config, n, r.randint(1, 2), sizes(r, n, 3, 5) if n < 3 else [3, 3, 3])
    return config, [shape[0], r.randint(1, 4), *shape[1:]]


def adaptive(r, n, K):
    config = common(r, n)
    config['output_size'] = r.several(n, 2, 4)
    return config, shape_of(r, config, n, r.randint(1, 3), sizes(r, n, 3, 7))


FAMILIES = {
    'Conv{}D': (convolution, (1, 2, 3)), 'Conv{}DTranspose': (transposed, (1, 2, 3)), 'DepthwiseConv{}D': (depthwise, (1, 2)), 'SeparableConv{}D': (separable, (1, 2)),
    'MaxPooling{}D': (pooling, (1, 2, 3)), 'AveragePooling{}D': (pooling, (1, 2, 3)), 'GlobalMaxPooling{}D': (everywhere, (1, 2, 3)), 'GlobalAveragePooling{}D': (everywhere, (1, 2, 3)),
    'UpSampling{}D': (upsampling, (1, 2, 3)), 'ZeroPadding{}D': (padding, (1, 2, 3)), 'Cropping{}D': (cropping, (1, 2, 3)), 'Resizing': (resizing, (2,)), 'CenterCrop': (centercrop, (2,)),
    'ConvLSTM{}D': (convlstm, (1, 2, 3)), 'AdaptiveAveragePooling{}D': (adaptive, (1, 2, 3)), 'AdaptiveMaxPooling{}D': (adaptive, (1, 2)),
}


def modes(r, name, config, shape):
    """How a case is called, beside its options."""
    how = {}
    if 'Max' in name and r.random() < 0.6:
        how['ties'] = True
    if (name == 'GlobalAveragePooling1D' or name.startswith('ConvLSTM')) and r.random() < 0.5:
        steps = shape[-1] if name.startswith('Global') and config.get('data_format') == 'channels_first' else shape[1]
        how['mask'] = [[int(r.random() < 0.6) for _ in range(steps)] for _ in range(shape[0])]
    if name.startswith('ConvLSTM'):
        kind = r.random()
        if kind < 0.3:
            config['return_state'] = True
        if r.random() < 0.3 and 'data_format' not in config and 'go_backwards' not in config:
            how['bidirectional'] = r.choice(['concat', 'sum', 'mul', 'ave', None])
        elif r.random() < 0.4:
            how['initial'] = True
        elif r.random() < 0.3:
            config.update(dropout=0.4, recurrent_dropout=0.3)
    return how


def run(K, name, config, shape, how, dtype):
    made = dict(config, dtype=dtype)
    layer = getattr(K.layers, name)(**made)
    if 'bidirectional' in how:
        layer = K.layers.Bidirectional(layer, merge_mode=how['bidirectional'], dtype=dtype)
    x = tf.constant(whole(shape) if how.get('ties') else numbers(shape, 0), dtype)
    layer.build(tuple(shape))
    variables = list(layer.weights)
    for i, weight in enumerate(variables):
        weight.assign(numbers(weight.shape, i + 1))
    call = {}
    if 'mask' in how:
        call['mask'] = tf.constant(np.array(how['mask'], bool))
    states = []
    if name.startswith('ConvLSTM') and 'bidirectional' not in how:
        output = layer.compute_output_shape(tuple(shape))
        output = tuple(output[0] if config.get('return_state') else output)
        state = [int(n) for n in (output[:1] + output[2:] if config.get('return_sequences') else output)]
    if how.get('initial'):
        states = [tf.constant(numbers(state, 20 + i), dtype) for i in range(2)]
    if 'dropout' in config:
        # Once for each gate; the states' once the inputs' are drawn.
        place = tuple(shape[:1] + shape[2:])
        state = tuple(state)
        size = int(np.prod(place))
        last = config.get('data_format') != 'channels_first'
        first = lambda a: a if last else np.moveaxis(a, -1, 1)
        order = lambda s: s if last else (s[0], *s[2:], s[1])
        inputs = [tf.constant(first(factors(order(place), i * size, 0.4)), dtype) for i in range(4)]
        hidden = [tf.constant(first(factors(order(state), 4 * size + i * int(np.prod(state)), 0.3)), dtype) for i in range(4)]
        if K is K3:
            layer.cell.get_dropout_mask = lambda _: inputs
            layer.cell.get_recurrent_dropout_mask = lambda _: hidden
        else:
            layer.cell.get_dropout_mask_for_cell = lambda _, training, count=1: inputs
            layer.cell.get_recurrent_dropout_mask_for_cell = lambda _, training, count=1: hidden
        call['training'] = True
    trained = [v.value if hasattr(v, 'value') and not callable(v.value) else v for v in variables]

    def compute(x, *states):
        with tf.GradientTape() as tape:
            tape.watch([x, *states])
            out = layer(x, **{**call, **({'initial_state': list(states)} if states else {})})
            outputs = list(out) if isinstance(out, (list, tuple)) else [out]
            loss = sum(tf.reduce_sum(y * tf.constant(numbers(y.shape, 30 + i), y.dtype)) for i, y in enumerate(outputs))
        return outputs, tape.gradient(loss, [x, *states, *trained])

    try:
        outputs, gradients = compute(x, *states)
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, tf.errors.NotFoundError):
        # Kernels that TensorFlow has on a CPU for XLA alone.
        outputs, gradients = tf.function(compute, jit_compile=True)(x, *states)
    # What is no number is null.
    flat = lambda t: [None if np.isnan(v) else float(f'{v:.11g}') for v in np.ravel(t.numpy())]
    some = lambda t: 0 if t is None else flat(tf.convert_to_tensor(t))
    found = {'outputs': [flat(y) for y in outputs], 'shapes': [list(y.shape) for y in outputs], 'dx': some(gradients[0])}
    if states:
        found['dstates'] = [some(g) for g in gradients[1:3]]
    if variables:
        found['names'] = [v.name.split('/')[-1].split(':')[0] for v in variables]
        found['dw'] = [some(g) for g in gradients[1 + len(states):]]
    return found


def main(count=None, path=None):
    made, failed, clear = [], {}, 0
    for pattern, (draw, ranks) in FAMILIES.items():
        for n in ranks:
            name = pattern.format(n)
            for flavour, K in (('3', K3), ('2', K2)):
                if not hasattr(K.layers, name):
                    continue
                r = Draw(f'{name} {flavour}')
                wanted = count or PACKED.get(pattern, 2)
                got = 0
                for _ in range(wanted * 8):
                    if got == wanted:
                        break
                    config, shape = draw(r, n, K)
                    how = modes(r, name, config, shape)
                    # TensorFlow has these in float32 alone.
                    single = re.match('(Max|Average)Pooling3D|Resizing|CenterCrop', name) or config.get('interpolation', 'nearest') != 'nearest'
                    dtype = 'float32' if single else 'float64'
                    try:
                        found = run(K, name, config, shape, how, dtype)
                    except Exception as error:
                        text = f'{type(error).__name__}: {str(error)[:140]}'
                        failed.setdefault(f'{name} {flavour}', {}).setdefault(text, []).append(config)
                        continue
                    case = {'keras': int(flavour), 'class': name, 'config': config, 'shape': shape, **how, **({'single': True} if dtype == 'float32' else {}), **found}
                    # Small ones are kept.
                    if len(json.dumps(case)) > (3200 if count is None else 100_000):
                        continue
                    got += 1
                    made.append(case)
                    clear += 1
                    if clear % 40 == 0:
                        K3.backend.clear_session()
                        K2.backend.clear_session()
    for name, why in failed.items():
        for text, configs in why.items():
            print(name, len(configs), text, configs[0], file=sys.stderr)
    lines = ',\n'.join(json.dumps(case, separators=(',', ':')) for case in made)
    with open(path or os.path.join(os.path.dirname(os.path.abspath(__file__)), 'spatial-layers.json'), 'w') as file:
        file.write(f'[\n{lines}\n]\n')


# How many of each class are kept, where that is not two.
PACKED = {'Conv{}D': 4, 'Conv{}DTranspose': 4, 'MaxPooling{}D': 3, 'AveragePooling{}D': 3, 'UpSampling{}D': 3, 'ConvLSTM{}D': 3}

if __name__ == '__main__':
    main(*([int(sys.argv[1]), sys.argv[2]] if len(sys.argv) > 2 else []))
