"""What Keras charges for activity: writes activity.json beside itself. Made with keras 3.15.1, tf_keras 2.21 and tensorflow 2.21:

    python test/from/keras/activity.py

Weights and inputs are sines of their places, so that the test makes the same; float64 throughout. Of each case: what the activity costs, and its
derivative by the input.
"""
import json
import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras as K3
import numpy as np
import tensorflow as tf
import tf_keras as K2

S, T, F, U = 2, 3, 2, 2


def numbers(shape, start):
    return np.sin(np.arange(np.prod(shape)) * 0.7 + start).reshape(shape) * 0.8


def models(K):
    L = K.layers
    cost = dict(activity_regularizer=K.regularizers.L1L2(0.3, 0.2))
    sequence = lambda *layers: K.Sequential([K.Input((T, F)), *layers])
    step = K.Input((F,))
    yield 'dense', sequence(L.Dense(U, **cost))
    x = K.Input((T, F))
    yield 'states', K.Model(x, L.LSTM(U, return_state=True, **cost)(x))
    yield 'each', sequence(L.TimeDistributed(L.Dense(U, **cost)))
    yield 'each-model', sequence(L.TimeDistributed(K.Sequential([step, L.Dense(U, **cost)])))
    yield 'both', sequence(L.Bidirectional(L.LSTM(U, **cost)))
    yield 'itself', sequence(L.ActivityRegularization(0.3, 0.2))
    yield 'nested', sequence(K.Sequential([K.Input((T, F)), L.Dense(U, **cost)]), L.LSTM(U))


def charged(K):
    answers = {}
    for name, model in models(K):
        for i, weight in enumerate(model.weights):
            weight.assign(numbers(weight.shape, i + 1))
        x = tf.constant(numbers((S, *model.inputs[0].shape[1:]), 0))
        with tf.GradientTape() as tape:
            tape.watch(x)
            model(x)
            cost = tf.add_n(model.losses) if model.losses else tf.constant(0.0, 'float64')
        gradient = tape.gradient(cost, x)
        answers[name] = dict(cost=float(cost), gradient=(np.zeros(x.shape) if gradient is None else gradient.numpy()).ravel().tolist())
    return answers


K3.config.set_dtype_policy('float64')
K3.backend.set_floatx('float64')
K2.backend.set_floatx('float64')
with open(os.path.join(os.path.dirname(__file__), 'activity.json'), 'w') as file:
    json.dump({'keras3': charged(K3), 'keras2': charged(K2)}, file)
    file.write('\n')
