"""What real Keras says of losses, in float64: python losses.py 3 > fixtures/losses-keras-3.json, likewise 2 (with tf_keras).

Of each loss: its values, what masks they have, and the gradient of the sum of (1 + 0.1 n) x value n by the predictions, or by the logits under
a softmax or sigmoid head. Needs keras, tf_keras and tensorflow (made with Keras 3.15, tf_keras and TensorFlow 2.21).
"""
import json, os, sys
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import warnings; warnings.filterwarnings('ignore')
import numpy as np
import tensorflow as tf
KERAS = sys.argv[1]
if KERAS == '3': import keras as K
else: import tf_keras as K
K.backend.set_floatx('float64')
rng = np.random.default_rng(11)

def normal(*shape): return rng.normal(size=shape).round(3)
def positive(*shape): return rng.uniform(0.1, 1.5, size=shape).round(3)
def shares(*shape): p = rng.uniform(0.05, 1, size=shape); return (p / p.sum(-1, keepdims=True)).round(3)
def odds(*shape): return rng.uniform(0.02, 0.98, size=shape).round(3)
def bits(*shape): return rng.integers(0, 2, size=shape).astype('float64')
def indices(n, *shape): return rng.integers(0, n, size=shape).astype('float64')
def hot(n, *shape): return np.eye(n)[rng.integers(0, n, size=shape)]
far = np.array([[40., -60., 1.], [-300., 200., 3.]])
sure = np.array([[1., 0., 0.], [1e-9, 1 - 1e-9, 0.]])
CASES = []

def case(name, target, prediction, head=None, axis=-1, **options):
    CASES.append((name, np.asarray(target, 'float64'), np.asarray(prediction, 'float64'), head, axis, options))

for shape in ((2, 3), (2, 2, 3)):
    for name in ('MeanSquaredError', 'MeanAbsoluteError', 'LogCosh', 'Huber', 'CosineSimilarity', 'Hinge', 'SquaredHinge'): case(name, normal(*shape), normal(*shape))
    case('MeanAbsolutePercentageError', normal(*shape), normal(*shape)); case('MeanSquaredLogarithmicError', positive(*shape), positive(*shape))
    case('Poisson', positive(*shape), positive(*shape)); case('KLDivergence', shares(*shape), shares(*shape))
    case('CategoricalHinge', hot(3, *shape[:-1]), normal(*shape))
    case('BinaryCrossentropy', bits(*shape), odds(*shape)); case('BinaryFocalCrossentropy', bits(*shape), odds(*shape))
    for name in ('CategoricalCrossentropy', 'CategoricalFocalCrossentropy'): case(name, hot(3, *shape[:-1]), shares(*shape)); case(name, shares(*shape), shares(*shape))
    case('SparseCategoricalCrossentropy', indices(3, *shape[:-1]), shares(*shape)); case('SparseCategoricalCrossentropy', indices(3, *shape[:-1], 1), shares(*shape))
# Kinks, ties, zeros and what is far away.
case('MeanAbsoluteError', [[1, 2, 0]], [[1, 0, 0]]); case('Huber', [[0, 0, 0]], [[1, -1, 3]]); case('Huber', normal(2, 3), normal(2, 3), delta=0.3)
case('MeanAbsolutePercentageError', [[0, 1, -2]], [[0.5, 1, 3]]); case('MeanSquaredLogarithmicError', [[0, 1, -2]], [[-0.5, 0, 3]])
case('LogCosh', [[100, -200, 0]], [[0, 0, 0]]); case('Poisson', [[0, 1, 2]], [[0, 1e-8, 3]])
case('KLDivergence', [[1, 0, 0], [0.5, 0.5, 0]], [[0.2, 0.8, 0], [1.5, 0.2, -0.1]])
case('CosineSimilarity', [[0, 0, 0], [1, 2, 3]], normal(2, 3)); case('CosineSimilarity', normal(2, 2, 3), normal(2, 2, 3), axis_=1)
case('CosineSimilarity', normal(1, 3), [[1e-9, 2e-9, 0]])
case('Hinge', bits(2, 3), normal(2, 3)); case('SquaredHinge', bits(2, 3), normal(2, 3)); case('Hinge', [[0, 1, -1]], normal(1, 3)); case('Hinge', [[1, -1, 1]], [[1, -1, 3]])
case('CategoricalHinge', [[0, 0, 1], [1, 0, 0]], [[0.5, 0.5, 0.2], [3, 0, 0]])
for name, t, p in (('BinaryCrossentropy', bits(2, 3), far), ('BinaryFocalCrossentropy', bits(2, 3), far), ('CategoricalCrossentropy', hot(3, 2), far), ('CategoricalFocalCrossentropy', hot(3, 2), far), ('SparseCategoricalCrossentropy', indices(3, 2), far)):
    case(name, t, p, from_logits=True)
    for head in ('softmax', 'sigmoid'): case(name, t, p, head)
    case(name, t, normal(2, 3), from_logits=True); case(name, t, sure)
    for head in ('softmax', 'sigmoid'): case(name, t, normal(2, 3), head)
case('CategoricalCrossentropy', positive(2, 3), normal(2, 3), 'softmax'); case('CategoricalCrossentropy', positive(2, 3), positive(2, 3)); case('SparseCategoricalCrossentropy', indices(3, 2), positive(2, 3))
case('BinaryCrossentropy', bits(2, 3), odds(2, 3), label_smoothing=0.2); case('BinaryCrossentropy', bits(2, 3), normal(2, 3), 'sigmoid', label_smoothing=0.2)
case('BinaryCrossentropy', bits(2, 2, 3), odds(2, 2, 3), axis_=1)
case('CategoricalCrossentropy', hot(3, 2), shares(2, 3), label_smoothing=0.3); case('CategoricalCrossentropy', hot(3, 2), normal(2, 3), label_smoothing=0.3, from_logits=True)
case('CategoricalCrossentropy', hot(2, 2, 3).transpose(0, 2, 1), odds(2, 2, 3), axis_=1); case('CategoricalCrossentropy', hot(2, 2, 3).transpose(0, 2, 1), odds(2, 2, 3), axis_=1, label_smoothing=0.2)
case('CategoricalCrossentropy', hot(2, 2, 3).transpose(0, 2, 1), normal(2, 2, 3), 'softmax', 1, axis_=1)
case('BinaryFocalCrossentropy', bits(2, 3), odds(2, 3), gamma=1.5, alpha=0.4, apply_class_balancing=True); case('BinaryFocalCrossentropy', bits(2, 3), normal(2, 3), from_logits=True, label_smoothing=0.1)
case('CategoricalFocalCrossentropy', hot(3, 2), shares(2, 3), gamma=1.5, alpha=[0.2, 0.5, 0.7]); case('CategoricalFocalCrossentropy', hot(3, 2), normal(2, 3), from_logits=True, label_smoothing=0.1)
case('CategoricalFocalCrossentropy', hot(2, 2, 3).transpose(0, 2, 1), odds(2, 2, 3), axis_=1)
case('SparseCategoricalCrossentropy', [0, 2, 1], normal(3, 3), from_logits=True, ignore_class=2); case('SparseCategoricalCrossentropy', [[0, -1], [1, 2]], shares(2, 2, 3), ignore_class=-1)
case('SparseCategoricalCrossentropy', [0, -1, 1], normal(3, 3) * 20, 'softmax', ignore_class=-1)
if KERAS == '3':
    for shape in ((2, 3), (2, 2, 3)):
        case('Dice', bits(*shape), odds(*shape)); case('Tversky', bits(*shape), odds(*shape))
        case('CategoricalGeneralizedCrossEntropy', indices(3, *shape[:-1]), shares(*shape))
    case('Dice', bits(2, 2, 3), odds(2, 2, 3), axis_=(1, 2)); case('Tversky', bits(2, 2, 3), odds(2, 2, 3), axis_=(1, 2), alpha=0.3, beta=0.6)
    case('CategoricalGeneralizedCrossEntropy', indices(3, 2), shares(2, 3), q=0.8)
    unit = normal(5, 3); unit /= np.linalg.norm(unit, axis=-1, keepdims=True)
    case('Circle', [0, 1, 0, 2, 1], unit); case('Circle', [0, 1, 0, 2, 1], unit, gamma=4, margin=0.25, remove_diagonal=False)
    case('CTC', [[1, 2, 0], [3, 3, 0], [2, 0, 0], [0, 0, 0]], normal(4, 5, 4))
else:
    case('SparseCategoricalCrossentropy', indices(2, 2, 3), odds(2, 2, 3), axis_=1)

def answer(name, target, prediction, head, axis, options):
    options = {k.rstrip('_'): v for k, v in options.items()}
    if KERAS == '2' and name == 'SparseCategoricalCrossentropy' and 'axis' in options:
        fn = lambda t, p: K.losses.sparse_categorical_crossentropy(t, p, **options)
    else:
        loss = getattr(K.losses, name)(reduction='none', **options); fn = loss.call
    z = tf.constant(prediction)
    with tf.GradientTape() as tape:
        tape.watch(z)
        p = z if head is None else K.activations.softmax(z, axis=axis) if head == 'softmax' else K.activations.sigmoid(z)
        values = fn(tf.constant(target), p)
        mask = getattr(values, '_keras_mask', None)
        weights = 1 + 0.1 * tf.range(tf.size(values), dtype='float64')
        total = tf.reduce_sum(tf.reshape(tf.cast(values, 'float64'), [-1]) * weights)
    gradient = tape.gradient(total, z)
    listed = lambda a: [None if np.isnan(v) else str(v) if np.isinf(v) else v for v in np.asarray(a, 'float64').ravel().tolist()]
    return dict(name=name, options=options, head=head, axis=axis, shape=list(target.shape), target=target.ravel().tolist(), predicted=list(prediction.shape), prediction=prediction.ravel().tolist(),
        values=listed(values), mask=None if mask is None else np.asarray(mask, int).ravel().tolist(), gradient=listed(gradient))

print('[\n' + ',\n'.join(json.dumps(answer(*c), separators=(',', ':')) for c in CASES) + '\n]')
