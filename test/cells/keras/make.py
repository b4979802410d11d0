"""Writes activations.json: what Keras and TensorFlow give of every activation in float64, kinks and extremes among the places.

    python3 test/cells/keras/make.py

Needs keras 3.15, tf_keras and tensorflow 2.21. Needed only to add a case; the tests read activations.json.
"""
import json
import os
import pathlib

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['KERAS_BACKEND'] = 'tensorflow'
import keras
import tensorflow as tf
import tf_keras

keras.backend.set_floatx('float64')
tf_keras.backend.set_floatx('float64')
of = keras.activations

PLACES = [0, 1e-8, -1e-8, 0.3, -0.3, 0.5, -0.5, 1, -1, 2.5, -2.5, 3, -3, 6, -6, 20, -20, 100, -100, 700, -700]
ROWS = [[1, 2, -1, 0.5], [700, -700, 0, 699], [0, 0, 0, 0], [-1e-8, 1e-8, 100, 20], [1.2, 1.0, 0.9, -3], [0.5, 0.5, -0.5, -0.5], [1, 0, -5, 2]]
FACTORS = [0.3, -1.2, 2.0, 0.7]

named = {
    'linear': of.linear, 'tanh': of.tanh, 'sigmoid': of.sigmoid, 'hardSigmoid': tf_keras.activations.hard_sigmoid, 'hardSigmoidKeras3': of.hard_sigmoid,
    'relu': of.relu, 'relu6': of.relu6, 'elu': of.elu, 'selu': of.selu, 'softplus': of.softplus, 'softsign': of.softsign, 'swish': of.silu,
    'mish': of.mish, 'gelu': of.gelu, 'gelu_new': lambda x: of.gelu(x, approximate=True), 'exponential': of.exponential,
    'leakyReLU': of.leaky_relu, 'hardSilu': of.hard_silu, 'celu': of.celu, 'logSigmoid': of.log_sigmoid, 'hardTanh': of.hard_tanh,
    'hardShrink': of.hard_shrink, 'softShrink': of.soft_shrink, 'tanhShrink': of.tanh_shrink, 'squareplus': of.squareplus,
    'sparsePlus': of.sparse_plus, 'sparseSigmoid': of.sparse_sigmoid,
    # With options: what they are made of here is in the test.
    'leakyReLU(0.3)': keras.layers.LeakyReLU(0.3), 'elu(0.7)': keras.layers.ELU(0.7), 'thresholdedReLU(1)': tf_keras.layers.ThresholdedReLU(1.0),
    'relu max 3': keras.layers.ReLU(max_value=3), 'relu max 6': keras.layers.ReLU(max_value=6), 'relu max 6 slope 0.1': keras.layers.ReLU(max_value=6, negative_slope=0.1),
    'relu slope 0.1': keras.layers.ReLU(negative_slope=0.1), 'relu max 3 slope 0.1 threshold 1': keras.layers.ReLU(max_value=3, negative_slope=0.1, threshold=1),
    'relu threshold 1': keras.layers.ReLU(threshold=1), 'relu max 6 threshold 1': keras.layers.ReLU(max_value=6, threshold=1), 'relu max 0': keras.layers.ReLU(max_value=0),
}
by_row = {'softmax': of.softmax, 'logSoftmax': of.log_softmax, 'sparsemax': of.sparsemax}


def answer(function, x, factors):
    x = tf.constant(x, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
        loss = tf.reduce_sum(y * factors)
    return {'values': y.numpy().ravel().tolist(), 'gradient': tape.gradient(loss, x).numpy().ravel().tolist()}


answers = {name: answer(function, [PLACES], 1.0) for name, function in named.items()}
rows = {name: answer(function, ROWS, FACTORS) for name, function in by_row.items()}
out = {'places': PLACES, 'rows': sum(ROWS, []), 'factors': FACTORS, 'answers': answers, 'rowAnswers': rows}
text = json.dumps(out).replace('}, ', '},\n')
(pathlib.Path(__file__).parent / 'activations.json').write_text(text + '\n')
