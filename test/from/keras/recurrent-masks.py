"""What Keras gives where steps are masked: writes recurrent-masks.json beside itself. Made with keras 3.15.1, tf_keras 2.21 and tensorflow 2.21:

    python test/from/keras/recurrent-masks.py

Every number is a sine of its place, so that the test makes the same; float64 throughout. What dropout drops is told by such numbers, too, and is the
same for all gates. Of each case: the outputs, the derivative by x of their sum weighed by such numbers, and which outputs have a mask; where Keras 2
differs from Keras 3, both.
"""
import json
import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras as K3
import numpy as np
import tensorflow as tf
import tf_keras as K2

S, T, F, U = 4, 4, 2, 2
STEPS = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]], bool)


def numbers(shape, start):
    return np.sin(np.arange(np.prod(shape)) * 0.7 + start).reshape(shape) * 0.8


def filled(layer, x, **call):
    layer(x, **call)
    for i, weight in enumerate(layer.weights):
        weight.assign(numbers(weight.shape, i + 1))
    return layer


def factors(shape, start, rate):
    random = (np.sin(1.3 * (np.arange(np.prod(shape)) + start) + 0.5) + 1) / 2
    return tf.constant(np.where(random < rate, 0, 1 / (1 - rate)).reshape(shape))


def drop(K, cell):
    """Puts factors that are known in the place of random ones."""
    x, h = factors((S, F), 0, 0.4), factors((S, U), S * F, 0.3)
    if K is K3:
        count = getattr(cell, 'dropout_mask_count', None)
        cell.get_dropout_mask = lambda _: x if count is None else [x] * count
        cell.get_recurrent_dropout_mask = lambda _: h if count is None else [h] * count
    else:
        cell.get_dropout_mask_for_cell = lambda _, training, count=1: x if count == 1 else [x] * count
        cell.get_recurrent_dropout_mask_for_cell = lambda _, training, count=1: h if count == 1 else [h] * count


def layers(K):
    L = K.layers
    one = {'LSTM': L.LSTM, 'GRU': lambda u, **o: L.GRU(u, reset_after=True, **o), 'GRUbefore': lambda u, **o: L.GRU(u, reset_after=False, **o), 'SimpleRNN': L.SimpleRNN}
    cell = {'LSTM': L.LSTMCell, 'GRU': lambda u, **o: L.GRUCell(u, reset_after=True, **o), 'SimpleRNN': L.SimpleRNNCell}
    return one, cell, L.Bidirectional, L.RNN


def run(K, name):
    kind, mode, returns = name.split('-')
    one, cell, Bidirectional, RNN = layers(K)
    options = dict(return_sequences=returns == 'sequences', go_backwards='back' in mode, return_state='states' in mode)
    if 'zero' in mode: options['zero_output_for_mask'] = True
    if mode == 'dropout': options.update(dropout=0.4, recurrent_dropout=0.3)
    states = 2 if kind == 'LSTM' else 1
    if mode.startswith('stack'):
        layer = RNN([cell[kind](U), cell['GRU'](3)], **options)
    else:
        layer = one[kind](U, **options)
    if mode.startswith('bi'):
        layer = Bidirectional(layer, merge_mode=None if 'both' in mode else 'mul' if 'mul' in mode else 'concat')
        states *= 2
    call = {}
    if 'initial' in mode: call['initial_state'] = [tf.constant(numbers((S, U), 20 + i)) for i in range(states)]
    if 'told' in mode: call['mask'] = tf.constant(STEPS)
    x = tf.constant(numbers((S, T, F), 0))
    filled(layer, x, **call)
    if mode == 'dropout':
        drop(K, layer.cell)
        call['training'] = True
    with tf.GradientTape() as tape:
        tape.watch(x)
        masked = tf.identity(x)
        if 'told' not in mode: masked._keras_mask = tf.constant(STEPS)
        outputs = tf.nest.flatten(layer(masked, **call))
        loss = tf.add_n([tf.reduce_sum(output * numbers(output.shape, 30 + i)) for i, output in enumerate(outputs)])
    return dict(
        outputs=[np.round(output.numpy().ravel(), 11).tolist() for output in outputs], gradient=np.round(tape.gradient(loss, x).numpy().ravel(), 11).tolist(),
        masks=[getattr(output, '_keras_mask', None) is not None for output in outputs],
    )


MODES = ['plain', 'back', 'zero', 'zeroback', 'initial', 'initialback', 'initialtold', 'initialtoldback', 'initialtoldzero', 'states', 'stack', 'stackback', 'stackzeroback', 'bi', 'biboth', 'bimul', 'biinitial', 'biinitialtold', 'bistates']
NAMES = [f'LSTM-{mode}-{returns}' for mode in MODES for returns in ('sequences', 'last')]
NAMES += [f'{kind}-{mode}-{returns}' for kind in ('GRU', 'SimpleRNN') for mode in ('plain', 'initialtoldback', 'bi') for returns in ('sequences', 'last')]
NAMES += [f'{kind}-dropout-sequences' for kind in ('LSTM', 'GRU', 'GRUbefore', 'SimpleRNN')]
K3.config.set_floatx('float64')
K2.backend.set_floatx('float64')
cases = {}
for name in NAMES:
    now, before = run(K3, name), run(K2, name)
    same = all(np.allclose(a, b, rtol=0, atol=1e-10) for a, b in zip([*now['outputs'], now['gradient']], [*before['outputs'], before['gradient']])) and now['masks'] == before['masks']
    cases[name] = dict(keras3=now) if same else dict(keras3=now, keras2=before)
with open(os.path.join(os.path.dirname(__file__), 'recurrent-masks.json'), 'w') as file:
    file.write('{\n' + ',\n'.join(f'{json.dumps(name)}: {json.dumps(case, separators=(",", ":"))}' for name, case in cases.items()) + '\n}\n')
print({name: list(case) for name, case in cases.items() if len(case) > 1})
