"""What real Keras makes of a model's whole loss, in float64: python total-loss.py 3 > ../fixtures/total-loss-keras-3.json, likewise 2 (with tf_keras).

Of each: compute_loss of predictions that are given, with their masks, and its gradients by them. Class weights are turned to sample weights by
Keras's own code. And what regularisers say of a matrix. Needs keras, tf_keras and tensorflow (made with Keras 3.15, tf_keras and TensorFlow 2.21).
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
L = K.losses
rng = np.random.default_rng(5)
S, T = 3, 4
def normal(*shape): return rng.normal(size=shape).round(3)
def odds(*shape): return rng.uniform(0.05, 0.95, size=shape).round(3)
def weight(*shape): return rng.uniform(0.2, 2, size=shape).round(3)
def indices(n, *shape): return rng.integers(0, n, size=shape).astype('float64')
MASK = np.array([[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]], bool)
ALL = np.zeros((S, T), bool)
CASES = []
def case(what, loss, y, p, mask=None, sw=None, cw=None, lw=None):
    many = isinstance(p, list)
    CASES.append(dict(what=what, loss=loss if many else [loss], y=y if many else [y], p=p if many else [p], mask=mask if many else [mask], sw=sw if many else [sw], cw=cw, lw=lw))
spec = lambda name, **options: dict(name=name, options=options)
mse = spec('MeanSquaredError')
y2, p2, y1, p1 = normal(S, T, 2), normal(S, T, 2), normal(S, T, 1), normal(S, T, 1)
by_sample = (S, 1) if KERAS == '3' else (S,)
for mask, said in ((None, 'unmasked'), (MASK, 'masked'), (ALL, 'all masked')):
    case(f'{said}', mse, y2, p2, mask)
    for shape in (by_sample, (S, T), (S, T, 1)): case(f'{said}, weights {list(shape)}', mse, y2, p2, mask, weight(*shape))
    for reduction in ('sum', 'none') + (('mean', 'mean_with_sample_weight') if KERAS == '3' else ('auto', 'sum_over_batch_size')):
        case(f'{said}, {reduction}', spec('MeanSquaredError', reduction=reduction), y2, p2, mask)
        case(f'{said}, {reduction}, weights of samples', spec('MeanSquaredError', reduction=reduction), y2, p2, mask, weight(*by_sample))
        case(f'{said}, {reduction}, weights of steps', spec('MeanSquaredError', reduction=reduction), y2, p2, mask, weight(S, T))
case('targets (samples) of (samples, 1)', mse, normal(S), normal(S, 1)); case('the same, with weights', mse, normal(S), normal(S, 1), None, weight(S)); case('weights (samples, 1)', mse, normal(S, 1), normal(S, 1), None, weight(S, 1))
case('targets (samples, timesteps) of (samples, timesteps, 1)', mse, y1[..., 0], p1); case('the same, weights of samples', mse, y1[..., 0], p1, None, weight(S))
case('along the timesteps, since the last axis goes', spec('CosineSimilarity'), y1[..., 0], p1)
case('masked, one number a step', mse, y1, p1, MASK)
case('masked, classes', spec('SparseCategoricalCrossentropy'), indices(3, S, T), odds(S, T, 3), MASK); case('masked, classes (.., 1), weights', spec('SparseCategoricalCrossentropy'), indices(3, S, T, 1), odds(S, T, 3), MASK, weight(S, T))
case('masked, from logits', spec('SparseCategoricalCrossentropy', from_logits=True), indices(3, S, T), normal(S, T, 3), MASK)
ignored = np.array([[0, 1, 2, 1], [1, 0, 2, 0], [2, 2, 1, 0]], 'float64')
case('a class ignored', spec('SparseCategoricalCrossentropy', ignore_class=1), ignored, odds(S, T, 3)); case('a class ignored, masked', spec('SparseCategoricalCrossentropy', ignore_class=1), ignored, odds(S, T, 3), MASK)
case('a class ignored, masked, weights of steps', spec('SparseCategoricalCrossentropy', ignore_class=1), ignored, odds(S, T, 3), MASK, weight(S, T))
case('a class ignored, masked, sum', spec('SparseCategoricalCrossentropy', ignore_class=1, reduction='sum'), ignored, odds(S, T, 3), MASK)
case('hinge, labels 0 and 1', spec('Hinge'), rng.integers(0, 2, size=(S, 2)).astype('float64'), normal(S, 2)); case('hinge, other labels in one sample', spec('Hinge'), np.array([[0., 1], [1, 0], [-1, 1]]), normal(S, 2))
case('hinge, masked', spec('Hinge'), rng.integers(0, 2, size=(S, T, 2)).astype('float64'), p2, MASK)
case('of three axes, a mask of the first two', mse, normal(S, T, 2, 2), normal(S, T, 2, 2), MASK) if KERAS == '2' else None
case('another axis', spec('CosineSimilarity', axis=1), y2, p2)
for name in ('elements', 'steps', 'samples', 'batch'): case(f'own: {name}', spec(f'own {name}'), y2, p2)
for name in ('elements', 'steps'): case(f'own: {name}, masked', spec(f'own {name}'), y2, p2, MASK) if name == 'steps' else None
case('own: steps, weights of samples', spec('own steps'), y2, p2, None, weight(*by_sample)); case('own: targets (samples)', spec('own elements'), normal(S), normal(S, 1))
cw = {0: 0.5, 1: 2.0, 2: 3.0}
case('class weights, indices', spec('SparseCategoricalCrossentropy'), np.array([0., 2, 1]), odds(S, 3), cw=cw); case('class weights, indices (samples, 1)', spec('SparseCategoricalCrossentropy'), np.array([[0.], [2], [1]]), odds(S, 3), cw=cw)
case('class weights, one-hot', spec('CategoricalCrossentropy'), np.eye(3)[[0, 2, 1]], odds(S, 3), cw=cw); case('class weights, binary', spec('BinaryCrossentropy'), np.array([0., 1, 1]), odds(S, 1), cw={0: 0.5, 1: 2.0})
if KERAS == '3':
    case('class weights, one missing', spec('CategoricalCrossentropy'), np.eye(3)[[0, 2, 1]], odds(S, 3), cw={0: 0.5, 1: 2.0})
    unit = normal(5, 3); unit /= np.linalg.norm(unit, axis=-1, keepdims=True)
    case('circle', spec('Circle', gamma=4), np.array([0., 1, 0, 2, 1]), unit); case('circle, weights', spec('Circle', gamma=4), np.array([0., 1, 0, 2, 1]), unit, None, weight(5))
    case('dice', spec('Dice'), odds(S, 3), odds(S, 3)); case('dice, weights', spec('Dice'), odds(S, 3), odds(S, 3), None, weight(S)); case('dice, of each sample', spec('Dice', axis=[1, 2]), odds(S, T, 3), odds(S, T, 3), None, weight(S))
    case('ctc, weights', spec('CTC'), np.array([[1., 2], [2, 0], [3, 3]]), normal(S, 4, 4), None, weight(S))
else:
    case('class weights, one-hot steps', spec('CategoricalCrossentropy'), np.eye(3)[indices(3, S, T).astype(int)], odds(S, T, 3), cw=cw); case('class weights, steps (.., 1), masked', spec('SparseCategoricalCrossentropy'), indices(3, S, T, 1), odds(S, T, 3), MASK, cw=cw)
    case('class weights and weights of samples, steps', spec('CategoricalCrossentropy'), np.eye(3)[indices(3, S, T).astype(int)], odds(S, T, 3), MASK, weight(S), cw=cw)
case('two outputs', [mse, spec('SparseCategoricalCrossentropy')], [y2, np.array([0., 2, 1])], [p2, odds(S, 3)], [None, None], [None, None]); case('two, one masked, weights', [mse, spec('SparseCategoricalCrossentropy')], [y2, np.array([0., 2, 1])], [p2, odds(S, 3)], [MASK, None], [weight(S, T), weight(S)], lw=[0.5, 2.0])
case('two, both masked by their own', [mse, spec('MeanAbsoluteError', reduction='sum')], [y2, y1], [p2, p1], [MASK, MASK[::-1].copy()], [None, None], lw=[0.25, -3.0]); case('two, one without a loss', [None, mse], [y2, normal(S, 3)], [p2, normal(S, 3)], [MASK, None], [None, None])

OWN = {'own elements': lambda t, p: tf.abs(t - p) ** 3, 'own steps': lambda t, p: tf.reduce_mean(tf.abs(t - p) ** 3, -1), 'own samples': lambda t, p: tf.reduce_mean(tf.abs(t - p) ** 3, [1, 2]), 'own batch': lambda t, p: tf.reduce_mean(tf.abs(t - p) ** 3)}

def made(one):
    if one is None: return None
    if one['name'] in OWN: return OWN[one['name']]
    return getattr(L, one['name'])(**{k: tuple(v) if isinstance(v, list) else v for k, v in one['options'].items()})

def class_weighed(y, sw, cw):
    if KERAS == '3':
        from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights
        return class_weight_to_sample_weights(y, cw)
    from tf_keras.src.engine.data_adapter import _make_class_weight_map_fn
    data = (tf.zeros(len(y)), tf.constant(y)) + (() if sw is None else (tf.constant(sw),))
    return tf.cast(_make_class_weight_map_fn(cw)(*data)[2], 'float64').numpy()

def answer(c):
    K.backend.clear_session()
    inputs = [K.Input(p.shape[1:]) for p in c['p']]
    one = len(inputs) == 1
    model = K.Model(inputs[0] if one else inputs, inputs[0] if one else inputs)
    losses = [made(l) for l in c['loss']]
    model.compile(loss=losses[0] if one else losses, loss_weights=c['lw'])
    ps = [tf.constant(p) for p in c['p']]
    sw = [class_weighed(c['y'][0], c['sw'][0], c['cw'])] if c['cw'] else c['sw']
    with tf.GradientTape() as tape:
        for p in ps: tape.watch(p)
        given = [tf.identity(p) for p in ps]
        for p, m in zip(given, c['mask']):
            if m is not None: p._keras_mask = tf.constant(m)
        x = [tf.zeros_like(p) for p in ps]
        ys = [tf.constant(y) for y in c['y']]
        total = model.compute_loss(x[0] if one else x, ys[0] if one else ys, given[0] if one else given, None if all(w is None for w in sw) else tf.constant(sw[0]) if one else [None if w is None else tf.constant(w) for w in sw])
        total = tf.reduce_sum(total)
    gradients = tape.gradient(total, ps)
    listed = lambda a: [None if np.isnan(v) else v for v in np.asarray(a, 'float64').ravel().tolist()]
    array = lambda a: None if a is None else dict(shape=list(a.shape), data=np.asarray(a, 'float64').ravel().tolist())
    return dict(what=c['what'], losses=c['loss'], lossWeights=c['lw'], classWeight=c['cw'], y=[array(y) for y in c['y']], predictions=[array(p) for p in c['p']], masks=[array(m) for m in c['mask']], weights=[array(w) for w in c['sw']],
        loss=listed(total)[0], gradients=[None if g is None else listed(g) for g in gradients])

R = K.regularizers
matrix = np.array([[0.5, 0, -1.5], [2, -0.25, 0], [0, 0, 1], [1, 1, -1]])
# Keras 3's orthogonal one fails in float64.
def penalty(what, regularizer, x):
    single = KERAS == '3' and isinstance(regularizer, R.OrthogonalRegularizer)
    K.backend.set_floatx('float32' if single else 'float64')
    z = tf.constant(x, 'float32' if single else 'float64')
    with tf.GradientTape() as tape:
        tape.watch(z); value = regularizer(z)
    K.backend.set_floatx('float64')
    return dict(what=what, shape=list(x.shape), data=x.ravel().tolist(), value=float(value), gradient=tape.gradient(value, z).numpy().ravel().tolist())
penalties = [penalty('l1', R.L1(0.3), matrix), penalty('l2', R.L2(0.2), matrix), penalty('l1l2', R.L1L2(0.3, 0.2), matrix), penalty('rows', R.OrthogonalRegularizer(0.7, 'rows'), matrix), penalty('columns', R.OrthogonalRegularizer(0.7, 'columns'), matrix)]
rows = lambda all: '[\n' + ',\n'.join(json.dumps(one, separators=(',', ':')) for one in all) + '\n]'
print('{"cases":' + rows(answer(c) for c in CASES) + ',"penalties":' + rows(penalties) + '}')
