from lib import *
from cases_rnn import R, KINDS, net, seqnet, masked_x, masked_all, TOK
act_for = lambda n: 'softmax' if 'categorical' in n and 'hinge' not in n or n.startswith(('kl', 'kld', 'kull')) else 'sigmoid' if 'binary' in n or n in ('poisson', 'msle', 'mean_squared_logarithmic_error', 'bce', 'dice', 'tversky') else None
STR = ['mean_squared_error', 'mse', 'mean_absolute_error', 'mae', 'mean_absolute_percentage_error', 'mape', 'mean_squared_logarithmic_error', 'msle', 'binary_crossentropy', 'categorical_crossentropy', 'sparse_categorical_crossentropy', 'binary_focal_crossentropy', 'categorical_focal_crossentropy', 'huber', 'log_cosh', 'poisson', 'hinge', 'squared_hinge', 'categorical_hinge', 'kl_divergence', 'cosine_similarity', 'bce']
if FLAVOR == '3': STR += ['dice', 'tversky', 'kld', 'logcosh', 'MSE', 'KLD', 'categorical_generalized_cross_entropy', 'circle', 'ctc', 'huber_loss']
if FLAVOR == '2': STR += ['logcosh', 'kld', 'kullback_leibler_divergence', 'MSE', 'KLD', 'cosine_proximity', 'huber_loss']
for n in STR:
    for seq in (False, True):
        add(f'loss-{n}-{"s" if seq else "l"}', lambda K, n=n, seq=seq: seqnet(K, R(K, 'rnn', return_sequences=seq), K.layers.Dense(3, activation=act_for(n)), loss=n))
add('loss-bce-one', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1, activation='sigmoid'), loss='binary_crossentropy'))
add('loss-bce-y1d', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1, activation='sigmoid'), loss='binary_crossentropy', y=[np.array([0, 1, 1], 'float32')]))
add('loss-mse-y1d', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1), loss='mse', y=[np.array([0, 1, 1], 'float32')]))
add('loss-mse-seq-y2d', lambda K: seqnet(K, R(K, 'rnn', return_sequences=True), K.layers.Dense(1), loss='mse', y=[np.random.default_rng(0).normal(size=(B, T)).astype('float32')]))
add('loss-mae-y-int', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1), loss='mae', y=[np.array([[0], [1], [3]], 'int32')]))
add('loss-sparse-y2d', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', y=[np.array([[0], [1], [2]], 'int32')]))
add('loss-sparse-seq-y3d', lambda K: seqnet(K, R(K, 'rnn', return_sequences=True), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', y=[np.random.default_rng(0).integers(0, 3, size=(B, T, 1)).astype('int32')]))
add('loss-sparse-float-y', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', y=[np.array([0, 1, 2], 'float32')]))
add('loss-hinge-01', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1, activation='tanh'), loss='hinge', y=[np.array([[0], [1], [0]], 'float32')]))
add('loss-hinge-pm1', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1, activation='tanh'), loss='hinge', y=[np.array([[-1], [1], [-1]], 'float32')]))
add('loss-sqhinge-01', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1, activation='tanh'), loss='squared_hinge', y=[np.array([[0], [1], [0]], 'float32')]))
add('loss-bce-unnorm', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3), loss='binary_crossentropy'))
add('loss-cce-unnorm', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='sigmoid'), loss='categorical_crossentropy'))
add('loss-scce-unnorm', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='sigmoid'), loss='sparse_categorical_crossentropy'))
add('loss-cce-saturated', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='softmax'), loss='categorical_crossentropy', scale=9.0))
add('loss-scce-saturated', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', scale=9.0))
add('loss-bce-saturated', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='sigmoid'), loss='binary_crossentropy', scale=9.0))
add('loss-mape-zero', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1), loss='mape', y=[np.array([[0], [1], [-2]], 'float32')]))
add('loss-msle-neg', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1), loss='msle', y=[np.array([[0], [1], [-2]], 'float32')]))
add('loss-poisson-neg', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1, activation='exponential'), loss='poisson', y=[np.array([[0], [1], [2]], 'float32')]))
add('loss-kld-zero', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='softmax'), loss='kl_divergence', y=[np.eye(3, dtype='float32')]))
add('loss-cos-zero', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3), loss='cosine_similarity', y=[np.array([[0, 0, 0], [1, 2, 3], [0, 1, 0]], 'float32')]))
add('loss-logcosh-large', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1), loss='log_cosh', y=[np.array([[100], [-200], [3]], 'float32')]))
OBJ = {
    'mse': lambda l: l.MeanSquaredError(), 'mae': lambda l: l.MeanAbsoluteError(), 'mape': lambda l: l.MeanAbsolutePercentageError(), 'msle': lambda l: l.MeanSquaredLogarithmicError(),
    'huber': lambda l: l.Huber(), 'huber-d': lambda l: l.Huber(delta=0.3), 'logcosh': lambda l: l.LogCosh(), 'poisson': lambda l: l.Poisson(), 'hinge': lambda l: l.Hinge(), 'sqhinge': lambda l: l.SquaredHinge(), 'cathinge': lambda l: l.CategoricalHinge(), 'kld': lambda l: l.KLDivergence(),
    'cos': lambda l: l.CosineSimilarity(), 'cos-axis1': lambda l: l.CosineSimilarity(axis=1),
    'bce': lambda l: l.BinaryCrossentropy(), 'bce-logits': lambda l: l.BinaryCrossentropy(from_logits=True), 'bce-smooth': lambda l: l.BinaryCrossentropy(label_smoothing=0.2), 'bce-logits-smooth': lambda l: l.BinaryCrossentropy(from_logits=True, label_smoothing=0.2),
    'cce': lambda l: l.CategoricalCrossentropy(), 'cce-logits': lambda l: l.CategoricalCrossentropy(from_logits=True), 'cce-smooth': lambda l: l.CategoricalCrossentropy(label_smoothing=0.2), 'cce-logits-smooth': lambda l: l.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
    'scce': lambda l: l.SparseCategoricalCrossentropy(), 'scce-logits': lambda l: l.SparseCategoricalCrossentropy(from_logits=True), 'scce-ignore': lambda l: l.SparseCategoricalCrossentropy(ignore_class=0),
    'bfc': lambda l: l.BinaryFocalCrossentropy(), 'bfc-opts': lambda l: l.BinaryFocalCrossentropy(gamma=1.5, alpha=0.4, apply_class_balancing=True), 'bfc-logits': lambda l: l.BinaryFocalCrossentropy(from_logits=True, label_smoothing=0.1),
    'cfc': lambda l: l.CategoricalFocalCrossentropy(), 'cfc-opts': lambda l: l.CategoricalFocalCrossentropy(gamma=1.5, alpha=0.4), 'cfc-logits': lambda l: l.CategoricalFocalCrossentropy(from_logits=True, label_smoothing=0.1),
    'mse-sum': lambda l: l.MeanSquaredError(reduction='sum'), 'cce-axis1': lambda l: l.CategoricalCrossentropy(axis=1), 'cce-smooth-axis1': lambda l: l.CategoricalCrossentropy(axis=1, label_smoothing=0.2), 'bce-axis1': lambda l: l.BinaryCrossentropy(axis=1), 'cfc-axis1': lambda l: l.CategoricalFocalCrossentropy(axis=1),
}
if FLAVOR == '3': OBJ.update({'mse-mws': lambda l: l.MeanSquaredError(reduction='mean_with_sample_weight'), 'mse-mean': lambda l: l.MeanSquaredError(reduction='mean'), 'dice': lambda l: l.Dice(), 'tversky': lambda l: l.Tversky(), 'gce': lambda l: l.CategoricalGeneralizedCrossEntropy(), 'circle': lambda l: l.Circle(), 'mse-f64': lambda l: l.MeanSquaredError(dtype='float64'), 'scce-axis1': lambda l: l.SparseCategoricalCrossentropy(axis=1)})
else: OBJ.update({'mse-sobs': lambda l: l.MeanSquaredError(reduction='sum_over_batch_size'), 'mse-none': lambda l: l.MeanSquaredError(reduction='none')})
# Keras 3 writes neither an axis of this one nor Huber's delta into a file.
if FLAVOR == '3': del OBJ['cos-axis1'], OBJ['huber-d']
def objy(n, seq):
    s = (B, T) if seq else (B,); r = np.random.default_rng(5)
    if n.startswith('scce-axis1'): return r.integers(0, T if seq else 3, size=(B, 3) if seq else (B,)).astype('int32')
    if n.startswith(('scce', 'gce')): return r.integers(0, 3, size=s).astype('int32')
    if n.startswith(('cce', 'cfc', 'cathinge')): return np.eye(3, dtype='float32')[r.integers(0, 3, size=s)]
    if n.startswith(('bce', 'bfc', 'hinge', 'sqhinge', 'dice', 'tversky')): return r.integers(0, 2, size=(*s, 3)).astype('float32')
    if n.startswith(('poisson', 'kld', 'msle')): return r.uniform(0.1, 1, size=(*s, 3)).astype('float32')
    if n.startswith('circle'): return r.integers(0, 2, size=s).astype('int32')
    return r.normal(size=(*s, 3)).astype('float32')
def objact(n): return None if 'logits' in n else 'softmax' if n.startswith(('cce', 'scce', 'cfc', 'kld', 'gce')) else 'sigmoid' if n.startswith(('bce', 'bfc', 'poisson', 'msle', 'dice', 'tversky')) else None
def swfor(kind):
    r = np.random.default_rng(9); return r.uniform(0.2, 2, size=(B,) if kind == 'sample' else (B, T)).astype('float32')
for n, mk in OBJ.items():
    for seq in (False, True):
        if 'axis1' in n and not seq and 'scce' not in n: continue
        add(f'lossobj-{n}-{"s" if seq else "l"}', lambda K, n=n, mk=mk, seq=seq: seqnet(K, R(K, 'rnn', return_sequences=seq), K.layers.Dense(3, activation=objact(n)), loss=mk(K.losses), y=[objy(n, seq)]))
    add(f'lossobj-{n}-sw', lambda K, n=n, mk=mk: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation=objact(n)), loss=mk(K.losses), y=[objy(n, False)], sw=[swfor('sample')]))
    add(f'lossobj-{n}-tsw', lambda K, n=n, mk=mk: seqnet(K, R(K, 'rnn', return_sequences=True), K.layers.Dense(3, activation=objact(n)), loss=mk(K.losses), y=[objy(n, True)], sw=[swfor('step')]))
for n, loss in {'mse': 'mse', 'scce': 'sparse_categorical_crossentropy', 'bce': 'binary_crossentropy'}.items():
    add(f'lossmask-{n}', lambda K, n=n, loss=loss: seqnet(K, K.layers.Masking(), R(K, 'rnn', return_sequences=True), K.layers.Dense(3, activation=objact(n)), loss=loss, x=[masked_x()[:B]], y=[objy(n, True)]))
    add(f'lossmask-{n}-sw', lambda K, n=n, loss=loss: seqnet(K, K.layers.Masking(), R(K, 'rnn', return_sequences=True), K.layers.Dense(3, activation=objact(n)), loss=loss, x=[masked_x()[:B]], y=[objy(n, True)], sw=[swfor('step')]))
    add(f'lossmask-{n}-sw1', lambda K, n=n, loss=loss: seqnet(K, K.layers.Masking(), R(K, 'rnn', return_sequences=True), K.layers.Dense(3, activation=objact(n)), loss=loss, x=[masked_x()[:B]], y=[objy(n, True)], sw=[swfor('sample')]))
def fnloss(K, registered=True):
    f = lambda t, p: (p - t) ** 2
    if registered:
        reg = K.saving.register_keras_serializable(package='my') if hasattr(K, 'saving') else K.utils.register_keras_serializable(package='my')
        @reg
        def my_loss(t, p): return tf.reduce_mean((p - t) ** 2, -1)
        f = my_loss
    return seqnet(K, R(K, 'rnn'), K.layers.Dense(2), loss=f, f64=False)
add('loss-custom-fn', fnloss)
add('loss-fn-keras', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(2), loss=K.losses.mean_squared_error))
add('loss-fn-keras-cce', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(3, activation='softmax'), loss=K.losses.categorical_crossentropy))
def multiw(K):
    x = K.Input((T, F)); h = R(K, 'rnn', return_sequences=True)(x)
    return M(K.Model(x, [K.layers.Dense(2, name='a')(h), K.layers.Dense(3, name='b', activation='softmax')(R(K, 'gru')(h))]), ['mse', 'sparse_categorical_crossentropy'], lw=[0.5, 2.0], sw=[swfor('step'), swfor('sample')])
add('loss-multi-weights', multiw)
def multid(K):
    x = K.Input((T, F)); h = R(K, 'rnn', return_sequences=True)(x)
    return M(K.Model(x, [K.layers.Dense(2, name='a')(h), K.layers.Dense(3, name='b', activation='softmax')(R(K, 'gru')(h))]), {'b': 'sparse_categorical_crossentropy', 'a': 'mse'}, lw={'b': 2.0, 'a': 0.25}, y=[np.random.default_rng(0).normal(size=(B, T, 2)).astype('float32'), np.array([0, 1, 2], 'int32')])
add('loss-multi-dict', multid)
def multione(K):
    x = K.Input((T, F)); h = R(K, 'rnn', return_sequences=True)(x)
    return M(K.Model(x, [K.layers.Dense(2, name='a')(h), K.layers.Dense(3, name='b')(R(K, 'gru')(h))]), 'mse')
add('loss-multi-one', multione)
def multipart(K):
    x = K.Input((T, F)); h = R(K, 'rnn', return_sequences=True)(x)
    return M(K.Model(x, [K.layers.Dense(2, name='a')(h), K.layers.Dense(3, name='b')(R(K, 'gru')(h))]), {'b': 'mse'}, y=[np.zeros((B, T, 2), 'float32'), np.random.default_rng(0).normal(size=(B, 3)).astype('float32')])
add('loss-multi-part', multipart, only='2')
def multinone(K):
    x = K.Input((T, F)); h = R(K, 'rnn', return_sequences=True)(x)
    return M(K.Model(x, [K.layers.Dense(2, name='a')(h), K.layers.Dense(3, name='b')(R(K, 'gru')(h))]), [None, 'mse'], y=[np.zeros((B, T, 2), 'float32'), np.random.default_rng(0).normal(size=(B, 3)).astype('float32')])
add('loss-multi-none', multinone)
add('loss-none', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(2), loss=None))
for o in ('sgd', 'rmsprop', 'adagrad', 'adadelta', 'adamax', 'nadam', 'ftrl') + (('adamw', 'lion', 'adafactor', 'lamb', 'muon') if FLAVOR == '3' else ()):
    add(f'opt-{o}', lambda K, o=o: seqnet(K, R(K, 'rnn'), K.layers.Dense(2), opt=o))
add('opt-schedule', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(2), opt=K.optimizers.Adam(K.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9))))
add('opt-clip', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(2), opt=K.optimizers.Adam(clipnorm=1.0, beta_1=0.8)))
