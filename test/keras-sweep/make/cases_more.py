"""What the other files lack: training, class weights, causal masks, losses along other axes, front ends."""
from lib import *
from cases_rnn import R, KINDS, net, seqnet, masked_x, masked_all, TOK

# ---- training: what is not random in it
for k in KINDS:
    add(f'train-{k}-bn', lambda K, k=k: seqnet(K, R(K, k, return_sequences=True), K.layers.BatchNormalization(), R(K, k), K.layers.BatchNormalization(), K.layers.Dense(2), train=True))
add('train-bn-first', lambda K: seqnet(K, K.layers.BatchNormalization(), R(K, 'lstm'), K.layers.Dense(2), train=True))
add('train-bn-axis1', lambda K: seqnet(K, R(K, 'lstm', return_sequences=True), K.layers.BatchNormalization(axis=1), R(K, 'gru'), K.layers.Dense(2), train=True))
add('train-bn-4d', lambda K: seqnet(K, K.layers.Conv2D(2, 2), K.layers.BatchNormalization(), K.layers.Reshape((4, -1)), R(K, 'lstm'), K.layers.Dense(2), shape=(5, 4, 2), train=True))
add('train-bn-td', lambda K: seqnet(K, K.layers.TimeDistributed(K.layers.BatchNormalization()), R(K, 'lstm'), K.layers.Dense(2), train=True))
add('train-bn-nested', lambda K: seqnet(K, K.Sequential([K.Input((T, F)), R(K, 'lstm', return_sequences=True), K.layers.BatchNormalization()]), R(K, 'gru'), K.layers.Dense(2), train=True))
add('train-bn-emb-mask', lambda K: net(K, K.layers.Embedding(5, F, mask_zero=True), K.layers.BatchNormalization(), R(K, 'lstm'), K.layers.Dense(2), shape=(T,), x=[TOK], train=True))
add('train-ln', lambda K: seqnet(K, R(K, 'lstm', return_sequences=True), K.layers.LayerNormalization(), R(K, 'gru'), K.layers.Dense(2), train=True))
add('train-drop0', lambda K: seqnet(K, R(K, 'lstm', return_sequences=True, dropout=0.0), K.layers.Dropout(0.0), R(K, 'gru'), K.layers.Dense(2), train=True))
def intraining(flag):
    def f(K):
        x = K.Input((T, F)); h = R(K, 'lstm', return_sequences=True)(x); h = K.layers.BatchNormalization()(h, training=flag)
        return M(K.Model(x, K.layers.Dense(2)(R(K, 'gru')(h))), train=not flag)
    return f
add('train-call-true', intraining(True)); add('train-call-false', intraining(False))

# ---- class weights
CW = {0: 0.5, 1: 2.0, 2: 1.25}
hot = lambda *labels: np.eye(3, dtype='float32')[list(labels)]
add('cw-scce', lambda K: seqnet(K, R(K, 'lstm'), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', y=[np.array([0, 2, 1], 'int32')], cw=CW))
add('cw-scce-column', lambda K: seqnet(K, R(K, 'lstm'), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', y=[np.array([[0], [2], [1]], 'int32')], cw=CW))
add('cw-cce', lambda K: seqnet(K, R(K, 'gru'), K.layers.Dense(3, activation='softmax'), loss='categorical_crossentropy', y=[hot(2, 0, 2)], cw=CW))
add('cw-cce-soft', lambda K: seqnet(K, R(K, 'gru'), K.layers.Dense(3, activation='softmax'), loss='categorical_crossentropy', y=[np.array([[.2, .5, .3], [.6, .2, .2], [0, .1, .9]], 'float32')], cw=CW))
add('cw-bce', lambda K: seqnet(K, R(K, 'rnn'), K.layers.Dense(1, activation='sigmoid'), loss='binary_crossentropy', y=[np.array([[0], [1], [1]], 'float32')], cw={0: 0.25, 1: 3.0}))
add('cw-bce-mask', lambda K: seqnet(K, K.layers.Masking(), R(K, 'lstm'), K.layers.Dense(1, activation='sigmoid'), loss='binary_crossentropy', x=[masked_x()], y=[np.array([[0], [1], [1], [0], [1]], 'float32')], cw={0: 0.25, 1: 3.0}))
add('cw-partly', lambda K: seqnet(K, R(K, 'lstm'), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', y=[np.array([0, 2, 1], 'int32')], cw={0: 1.0, 1: 1.0, 2: 4.0}))
add('cw-reg', lambda K: seqnet(K, R(K, 'lstm', kernel_regularizer='l2'), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', y=[np.array([0, 2, 1], 'int32')], cw=CW))
add('cw-seq', lambda K: seqnet(K, R(K, 'lstm', return_sequences=True), K.layers.Dense(3, activation='softmax'), loss='sparse_categorical_crossentropy', y=[np.random.default_rng(3).integers(0, 3, size=(B, T)).astype('int32')], cw=CW))

# ---- causal masks, scores
def attend(make, mask=False, causal=True, scores=False, two=False):
    def f(K):
        x = K.Input((T, F)); h = K.layers.Masking()(x) if mask else x
        h = R(K, 'lstm', return_sequences=True, units=4)(h); g = R(K, 'gru', return_sequences=True, units=4)(x) if two else h
        layer = make(K); kw = {'use_causal_mask': causal} if causal else {}
        if scores: kw['return_attention_scores'] = True
        o = layer([h, g], **kw) if type(layer).__name__.endswith('Attention') and type(layer).__name__ in ('Attention', 'AdditiveAttention') else layer(h, g, **kw)
        if scores: o, s = o; o = K.layers.Concatenate()([K.layers.Flatten()(o), K.layers.Flatten()(s)])
        else: o = K.layers.Flatten()(o)
        return M(K.Model(x, K.layers.Dense(2)(o)), x=[masked_x()] if mask else None)
    return f
for name, make in {'att': lambda K: K.layers.Attention(), 'add': lambda K: K.layers.AdditiveAttention(), 'mha': lambda K: K.layers.MultiHeadAttention(2, 3)}.items():
    for mask in (False, True):
        for causal in (False, True):
            for scores in (False, True):
                for two in (False, True):
                    add(f'causal-{name}-{"m" if mask else "p"}{"c" if causal else "n"}{"s" if scores else "o"}{"2" if two else "1"}', attend(make, mask, causal, scores, two))
add('causal-gqa', attend(lambda K: K.layers.GroupQueryAttention(3, 4, 2)), only='3')
add('causal-gqa-mask', attend(lambda K: K.layers.GroupQueryAttention(3, 4, 2), mask=True, two=True), only='3')
add('causal-att-scale', attend(lambda K: K.layers.Attention(use_scale=True, score_mode='concat'), mask=True))
add('causal-mha-valuedim', attend(lambda K: K.layers.MultiHeadAttention(2, 3, value_dim=2, output_shape=5, use_bias=False), mask=True, two=True))
def attmask(K):
    x = K.Input((T, F)); m = K.Input((T, T), dtype='bool' if FLAVOR == '3' else 'int32'); h = R(K, 'lstm', return_sequences=True)(x)
    o = K.layers.MultiHeadAttention(2, 3)(h, h, attention_mask=m)
    return M(K.Model([x, m], K.layers.Dense(2)(K.layers.Flatten()(o))), x=[np.random.default_rng(4).normal(size=(B, T, F)).astype('float32'), np.random.default_rng(5).integers(0, 2, size=(B, T, T)).astype('int32')])
add('causal-mha-attention-mask', attmask)

# ---- losses along other axes, under masks, of several outputs
for n, mk in {**({} if FLAVOR == '3' else {'cos': lambda l: l.CosineSimilarity(axis=1)}), 'cce': lambda l: l.CategoricalCrossentropy(axis=1), 'bfc': lambda l: l.BinaryFocalCrossentropy(axis=1), 'cfc': lambda l: l.CategoricalFocalCrossentropy(axis=1)}.items():
    add(f'loss-axis-{n}', lambda K, mk=mk, n=n: seqnet(K, R(K, 'lstm', return_sequences=True), K.layers.Dense(3, activation=None if n == 'cos' else 'sigmoid'), loss=mk(K.losses), y=[np.random.default_rng(6).integers(0, 2, size=(B, T, 3)).astype('float32')]))
if FLAVOR == '3':
    for n, mk in {'dice': lambda l: l.Dice(axis=(1, 2)), 'dice-last': lambda l: l.Dice(axis=-1), 'tversky': lambda l: l.Tversky(alpha=0.3, beta=0.7, axis=(1, 2)), 'tversky-all': lambda l: l.Tversky(alpha=0.3, beta=0.7)}.items():
        add(f'loss-axis-{n}', lambda K, mk=mk: seqnet(K, R(K, 'lstm', return_sequences=True), K.layers.Dense(3, activation='sigmoid'), loss=mk(K.losses), y=[np.random.default_rng(6).integers(0, 2, size=(B, T, 3)).astype('float32')]))
    add('loss-ctc', lambda K: seqnet(K, R(K, 'lstm', return_sequences=True), K.layers.Dense(4, activation='softmax'), shape=(8, F), loss=K.losses.CTC(), y=[np.array([[1, 2, 0], [3, 3, 1], [2, 0, 0]], 'int32')], f64=False))
    add('loss-circle', lambda K: seqnet(K, R(K, 'lstm'), K.layers.Dense(4), K.layers.UnitNormalization(), loss=K.losses.Circle(), shape=(T, F), x=[np.random.default_rng(8).normal(size=(6, T, F)).astype('float32')], y=[np.array([0, 1, 0, 2, 1, 2], 'int32')]))
    add('loss-circle-opts', lambda K: seqnet(K, R(K, 'lstm'), K.layers.Dense(4), K.layers.UnitNormalization(), loss=K.losses.Circle(gamma=10.0, margin=0.25, remove_diagonal=False), x=[np.random.default_rng(8).normal(size=(6, T, F)).astype('float32')], y=[np.array([0, 1, 0, 2, 1, 2], 'int32')]))
for n in ('mse', 'mae', 'huber', 'categorical_crossentropy', 'binary_crossentropy', 'sparse_categorical_crossentropy', 'kl_divergence', 'hinge', 'poisson', 'cosine_similarity'):
    act = 'softmax' if 'categorical' in n or 'kl' in n else 'sigmoid' if 'binary' in n or n == 'poisson' else None
    for w in ('none', 'sample', 'step'):
        # Keras 3 takes weights (samples) for ones of the last axis: it throws, or, where there are as many steps, weighs those.
        sw = None if w == 'none' else [np.random.default_rng(9).uniform(0.2, 2, size=((5,) if FLAVOR == '2' else (5, 1)) if w == 'sample' else (5, T)).astype('float32')]
        add(f'loss-masked-{n}-{w}', lambda K, n=n, act=act, sw=sw: seqnet(K, K.layers.Masking(), R(K, 'lstm', return_sequences=True), K.layers.Dense(3, activation=act), loss=n, x=[masked_all()], sw=sw))
def sums(K, **kw):
    return seqnet(K, K.layers.Masking(), R(K, 'lstm', return_sequences=True), K.layers.Dense(3), x=[masked_all()], **kw)
add('loss-masked-sum', lambda K: sums(K, loss=K.losses.MeanSquaredError(reduction='sum')))
add('loss-masked-mws', lambda K: sums(K, loss=K.losses.MeanSquaredError(reduction='mean_with_sample_weight')), only='3')
add('loss-masked-mws-sw', lambda K: sums(K, loss=K.losses.MeanSquaredError(reduction='mean_with_sample_weight'), sw=[np.random.default_rng(9).uniform(0.2, 2, size=(5, T)).astype('float32')]), only='3')
def twoheads(K, masked=True, **kw):
    x = K.Input((T, F)); h = K.layers.Masking()(x) if masked else x; h = R(K, 'lstm', return_sequences=True)(h)
    return M(K.Model(x, [K.layers.Dense(2, name='a')(h), K.layers.Dense(1, activation='sigmoid', name='b')(R(K, 'gru')(h))]), loss=['mse', 'binary_crossentropy'], x=[masked_x()],
        y=[np.random.default_rng(1).normal(size=(5, T, 2)).astype('float32'), np.array([[0], [1], [1], [0], [1]], 'float32')], **kw)
add('loss-two-masked', twoheads); add('loss-two-lw', lambda K: twoheads(K, lw=[0.3, 2.0])); add('loss-two-plain', lambda K: twoheads(K, masked=False))

# ---- saturated heads
for act, n in (('softmax', 'categorical_crossentropy'), ('softmax', 'sparse_categorical_crossentropy'), ('sigmoid', 'binary_crossentropy'), ('softmax', 'categorical_focal_crossentropy'), ('sigmoid', 'binary_focal_crossentropy'), ('softmax', 'kl_divergence')):
    for s in (3.0, 30.0, 300.0):
        add(f'loss-sat-{n}-{int(s)}', lambda K, act=act, n=n, s=s: seqnet(K, R(K, 'lstm'), K.layers.Dense(3, activation=act), loss=n, scale=s))
        add(f'loss-satlayer-{n}-{int(s)}', lambda K, act=act, n=n, s=s: seqnet(K, R(K, 'lstm'), K.layers.Dense(3), K.layers.Activation(act), loss=n, scale=s))

# ---- front ends
def front(*layers, shape, head=None, **kw):
    return lambda K: seqnet(K, *[l(K) for l in layers], R(K, 'lstm'), K.layers.Dense(2), shape=shape, scale=0.4, **kw)
C = lambda name, *a, **kw: (lambda K: getattr(K.layers, name)(*a, **kw))
FLAT = lambda K: K.layers.TimeDistributed(K.layers.Flatten())
add('front-conv-pool-bi', lambda K: seqnet(K, K.layers.Conv1D(4, 3, padding='same', activation='relu'), K.layers.MaxPooling1D(2), K.layers.Conv1D(4, 3, padding='causal', activation='elu'), K.layers.AveragePooling1D(2, padding='same'), K.layers.Bidirectional(R(K, 'gru')), K.layers.Dense(2), shape=(13, F)))
add('front-emb-spatial-conv', lambda K: net(K, K.layers.Embedding(5, 4), K.layers.SpatialDropout1D(0.3), K.layers.Conv1D(4, 2, activation='relu'), K.layers.MaxPooling1D(2), R(K, 'lstm'), K.layers.Dense(2), shape=(T,), x=[TOK]))
for name in ('MaxPooling', 'AveragePooling'):
    for pad in ('valid', 'same'):
        for size, step in ((2, 2), (3, 2), (3, 1), (2, 3)):
            add(f'front-{name.lower()}-1d-{pad}-{size}{step}', front(C(f'{name}1D', size, step, pad), shape=(8, 3)))
            add(f'front-{name.lower()}-2d-{pad}-{size}{step}', front(C(f'{name}2D', size, step, pad), FLAT, shape=(7, 6, 2)))
    add(f'front-{name.lower()}-3d', front(C(f'{name}3D', 2, 1, 'same'), C('Reshape', (4, -1)), shape=(4, 3, 3, 2)))
for name in ('GlobalMaxPooling', 'GlobalAveragePooling'):
    add(f'front-{name.lower()}-2d', lambda K, name=name: seqnet(K, K.layers.TimeDistributed(getattr(K.layers, f'{name}2D')()), R(K, 'lstm'), K.layers.Dense(2), shape=(4, 3, 3, 2)))
    add(f'front-{name.lower()}-3d', lambda K, name=name: seqnet(K, K.layers.Conv3D(2, 2), getattr(K.layers, f'{name}3D')(keepdims=True), K.layers.Reshape((2, 1)), R(K, 'lstm'), K.layers.Dense(2), shape=(3, 3, 3, 2)))
for pad in ('valid', 'same'):
    for st in (1, 2):
        add(f'front-conv2d-{pad}-{st}', front(C('Conv2D', 3, (3, 2), strides=st, padding=pad, activation='relu'), C('MaxPooling2D', 2, padding='same'), C('Permute', (2, 1, 3)), FLAT, shape=(9, 8, 2)))
        add(f'front-conv3d-{pad}-{st}', front(C('Conv3D', 2, 2, strides=st, padding=pad), FLAT, shape=(5, 4, 4, 2)))
        add(f'front-sep2d-{pad}-{st}', front(C('SeparableConv2D', 3, 3, strides=st, padding=pad, depth_multiplier=2, activation='relu'), FLAT, shape=(7, 6, 2)))
        add(f'front-dw2d-{pad}-{st}', front(C('DepthwiseConv2D', 3, strides=st, padding=pad, depth_multiplier=2), FLAT, shape=(7, 6, 2)))
        add(f'front-conv2dt-{pad}-{st}', front(C('Conv2DTranspose', 2, 3, strides=st, padding=pad), FLAT, shape=(4, 3, 2)))
        add(f'front-conv3dt-{pad}-{st}', front(C('Conv3DTranspose', 2, 2, strides=st, padding=pad), FLAT, shape=(3, 2, 2, 2)))
add('front-conv2d-groups', front(C('Conv2D', 4, 3, groups=2, padding='same'), FLAT, shape=(5, 4, 2)))
add('front-conv2d-dilation', front(C('Conv2D', 2, 2, dilation_rate=(2, 1)), FLAT, shape=(6, 5, 2)))
add('front-up2d-bilinear', front(C('UpSampling2D', 2, interpolation='bilinear'), FLAT, shape=(3, 2, 2)))
add('front-spatial2d', front(C('SpatialDropout2D', 0.4), FLAT, shape=(3, 2, 2)))
add('front-convlstm-td', lambda K: seqnet(K, K.layers.TimeDistributed(K.layers.Conv2D(2, 2, activation='relu')), K.layers.ConvLSTM2D(2, 2, padding='same', return_sequences=True), K.layers.TimeDistributed(K.layers.Flatten()), R(K, 'lstm'), K.layers.Dense(2), shape=(3, 4, 4, 1), scale=0.4))
