"""What Keras computes by operations that stand in a functional model: writes operations.json beside itself. Made with keras 3.15.1, tf_keras 2.21 and tensorflow 2.21:

    python test/from/keras/operations.py

Each case is an expression of the inputs below. Keras's model of it is written as its file would have it, and computed: the outputs, and the derivatives of their sum, weighed by -2 to 2,
by the inputs. `keras3` is of keras.ops and operators; `keras2` of TensorFlow's functions as tf.keras 2.4 and newer write them; `graph` of TensorFlow's ops as tf.keras 2.0 to 2.3 wrote
them, layer by layer as those made them.
"""
import json
import os
import re
import sys
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['KERAS_BACKEND'] = 'tensorflow'
import keras as K3
import numpy as np
import tensorflow as tf
import tf_keras as K2
from keras import ops
from tf_keras.src.engine.base_layer import TensorFlowOpLayer


def numbers(*shape, start=0.0, least=None):
    """Sines to two digits, two of them the same, and 0 among them."""
    x = np.round(1.4 * np.sin(np.arange(np.prod(shape)) * 0.9 + start), 2)
    if least is None: x[:3] = [x[0] or 0.31, 0, x[0] or 0.31]
    else: x = np.abs(x) + least
    return x.reshape(shape).astype('float32')


INPUTS = {
    'a': numbers(2, 3, 4), 'b': numbers(2, 3, 4, start=2), 'p': numbers(2, 3, 4, start=1, least=0.2), 'c': numbers(2, 4, 2, start=1), 'm': numbers(2, 3, 3, start=3),
    'v': numbers(2, 4, start=4), 'i': np.array([[0, 2, 1], [2, 2, 0]], 'int32'), 'j': np.array([[0, 2], [1, 1]], 'int32'),
    'q': numbers(2, 3, 2, 4, start=5), 'k': numbers(2, 3, 2, 4, start=6), 't': numbers(2, 6, 3, start=7), 'w': numbers(2, 3, 2, start=8), 'g': numbers(1, 4, 4, 3, start=9),
}
# A matrix that makes others regular.
D = np.diag([2, 3, 4]).astype('float32')

KERAS_3 = '''
a + b; a - b; a * b; a / b; a // b; a % b; a @ c; a > b; a != b; (a > 0) & (b > 0); (a > 0) | (b > 0); (a > 0) ^ (b > 0); ~(a > 0); -a; abs(a); a + 1.5; 1 - a; 2.0 * a; a / 4; 1 / p; a ** 2; 2.0 ** a; a // 0.37; a % 0.73
a + np.array([1., 2., 3., 4.], 'float32'); a * np.array([[1.], [2.], [3.]], 'float32'); i + 2; i * 0.5; i / 2; i // 2; i % 2
a[:, 1]; a[:, -1]; a[:, 1:]; a[:, ::2]; a[:, ::-1]; a[:, :, 3:0:-2]; a[..., 0]; a[:, ..., 1:]; a[:, None]; a[..., None]; a[:, :, None, 1:3]; a[0]; a[:, 1:10]
ops.maximum(a, b); ops.minimum(a, 0.3); ops.maximum(0.3, a); ops.fmax(a, b); ops.power(p, b); ops.arctan2(a, b); ops.hypot(a, b); ops.logaddexp(a, b); ops.heaviside(a, b); ops.divide_no_nan(a, b); ops.isclose(a, b, atol=0.3); ops.fmod(a, b)
ops.equal(a, b); ops.less_equal(a, 0.0); ops.logical_and(a, b); ops.isfinite(1 / a); ops.sign(a); ops.square(a); ops.exp(a); ops.exp2(a); ops.expm1(a); ops.log(p); ops.log2(p); ops.log10(p); ops.log1p(p); ops.sqrt(p); ops.rsqrt(p)
ops.sin(a); ops.cos(a); ops.tan(a); ops.sinh(a); ops.cosh(a); ops.tanh(a); ops.arcsin(ops.tanh(a)); ops.arccosh(p + 1.5); ops.erf(a); ops.erfc(a); ops.floor(a); ops.ceil(a); ops.trunc(a); ops.round(a, 1); ops.reciprocal(p)
ops.cbrt(p); ops.sinc(p); ops.deg2rad(a); ops.nan_to_num(1 / a, posinf=5.0); ops.clip(a, -0.3, 0.31)
ops.relu(a); ops.relu6(a); ops.sigmoid(a); ops.sparse_sigmoid(a); ops.softplus(a); ops.softsign(a); ops.soft_shrink(a); ops.sparse_plus(a); ops.silu(a); ops.squareplus(a, b=2); ops.log_sigmoid(a); ops.leaky_relu(a, 0.05); ops.hard_sigmoid(a); ops.hard_silu(a)
ops.elu(a, 0.5); ops.selu(a); ops.gelu(a); ops.gelu(a, approximate=False); ops.celu(a, 0.7); ops.glu(a); ops.tanh_shrink(a); ops.hard_tanh(a); ops.hard_shrink(a, 0.31); ops.threshold(a, 0.1, -0.3); ops.softmax(a); ops.softmax(a, axis=1); ops.softmax(a, axis=None)
ops.log_softmax(a, axis=1); ops.sparsemax(a); K3.activations.relu(a, negative_slope=0.1, max_value=0.6, threshold=0.2); K3.activations.softmax(a)
ops.sum(a, axis=1); ops.sum(i, axis=1); ops.mean(a, axis=(0, 2)); ops.mean(i, axis=1); ops.max(a, axis=1); ops.max(a, axis=1, initial=0.5); ops.min(a); ops.prod(a, axis=1); ops.var(a, axis=1); ops.std(a, axis=(1, 2), keepdims=True); ops.any(a > 1, axis=1); ops.all(a > -1, axis=-1)
ops.count_nonzero(a, axis=1); ops.average(a, axis=1); ops.average(a, axis=1, weights=p); ops.average(a, axis=1, weights=np.array([1., 2., 3.], 'float32')); ops.logsumexp(a, axis=1); ops.ptp(a, axis=1); ops.median(p, axis=1); ops.quantile(a, [0.25, 0.6], axis=-1)
ops.nanmean(a, axis=1); ops.nanmax(a, axis=1); ops.norm(p, axis=-1); ops.norm(p, ord=1, axis=-1); ops.norm(a, ord=np.inf, axis=(1, 2)); ops.argmax(a, axis=1); ops.argmin(a, axis=-1, keepdims=True); ops.cumsum(a, axis=1); ops.cumprod(p, axis=1); ops.diff(a, axis=1); ops.moments(a, axes=[1])
ops.reshape(a, (-1, 6, 2)); ops.expand_dims(a, (1, -1)); ops.squeeze(a[:, :1], 1); ops.transpose(a, (0, 2, 1)); ops.transpose(a); ops.swapaxes(a, 1, -1); ops.moveaxis(a, [0, 1], [1, 2]); ops.broadcast_to(a[:, :1], (2, 3, 4)); ops.flip(a, axis=1); ops.roll(a, (1, 2), axis=(1, 2)); ops.roll(a, 5)
ops.rot90(a, 1, axes=(1, 2)); ops.pad(a, ((0, 0), (1, 2), (0, 1))); ops.pad(a, ((0, 0), (1, 1), (0, 0)), constant_values=2.5); ops.pad(a, ((0, 0), (2, 1), (1, 1)), mode='reflect'); ops.pad(a, ((0, 0), (2, 1), (1, 1)), mode='symmetric'); ops.tile(a, (1, 2, 1)); ops.repeat(a, [1, 0, 2], axis=1)
ops.diagonal(a, offset=1, axis1=1, axis2=2); ops.trace(a, axis1=1, axis2=2); ops.diag(a[0, 0], k=1); ops.tril(a); ops.triu(a, k=1); ops.slice(a, (0, 1, 1), (2, 2, -1)); ops.unstack(a, axis=1); ops.split(a, [1, 3], axis=-1); ops.array_split(a, 3, axis=-1); ops.ravel(a)
ops.concatenate([a, b], axis=1); ops.stack([a, b], axis=2); ops.hstack([a, b]); ops.append(a, b); ops.meshgrid(a[0, 0], b[0, 1]); ops.outer(a[0], b[0]); ops.kron(a[0], b[0])
ops.matmul(a, np.array([1., 2., 3., 4.], 'float32')); ops.matmul(np.array([1., 2., 3.], 'float32'), a); ops.dot(a, c); ops.tensordot(a, b, axes=[[0, 1], [0, 1]]); ops.inner(a, b); ops.vdot(a, b); ops.cross(m, m[:, ::-1])
ops.einsum('btu,bsu->bts', a, b); ops.einsum('btu,bsu', a, b); ops.einsum('bii->bi', m); ops.einsum('...u,buv->...v', a, c); ops.einsum('btu,bus,bts->b', a, c, w); ops.einsum('btu->bu', a)
ops.where(a > 0, a, b); ops.where(a > 0, a, 0.0); ops.select([a > 0.5, a < -0.5], [a, b], 0.1); ops.take(a, [0, 2, -1], axis=1); ops.take(a, -1, axis=1); ops.take(a, j, axis=2); ops.take_along_axis(a, ops.expand_dims(j, -1), axis=1); ops.one_hot(i, 4); ops.one_hot(i, 4, axis=1, dtype='int32')
ops.multi_hot(i, 4); ops.sort(a, axis=1); ops.argsort(a, axis=-1); ops.top_k(a, 2); ops.isin(i, [1, 2]); ops.searchsorted(np.array([-1., 0., 1.], 'float32'), a[0, 0]); ops.scatter_update(a, [[0, 0, 1], [1, 2, 3]], [9., 8.]); ops.extract_sequences(a, 2, 1)
ops.cast(a * 3, 'int32'); ops.cast(a, 'bool'); a * ops.cast(b > 0, 'float32'); ops.saturate_cast(p * 300.1, 'uint8'); a * ops.stop_gradient(b); ops.zeros_like(a, dtype='int32'); ops.full_like(a, 2.0); ops.linspace(a[:, 0], a[:, 1], 3); ops.size(a) + 1
ops.normalize(p, axis=1); ops.normalize(p, axis=1, order=3); ops.layer_normalization(a, gamma=v[0], beta=v[1], axis=-1, epsilon=1e-2); ops.layer_normalization(a, axis=(1, 2)); ops.rms_normalization(a, scale=v[0]); ops.batch_normalization(a, np.arange(3, dtype='float32'), np.arange(1, 4, dtype='float32'), axis=1)
ops.dot_product_attention(q, k, q); ops.dot_product_attention(q, k, q, is_causal=True, scale=0.3); ops.dot_product_attention(q, k, q, mask=ops.expand_dims(m > 0, 1)); ops.binary_crossentropy(ops.sigmoid(a), ops.sigmoid(b)); ops.categorical_crossentropy(ops.softmax(a), ops.softmax(b))
ops.max_pool(t, 2, 2); ops.max_pool(t, 3, 2, padding='same'); ops.average_pool(t, 3, 2, padding='same'); ops.conv(t, w, 2, padding='same'); ops.image.resize(g, (2, 3)); ops.image.rgb_to_grayscale(g); ops.image.crop_images(g, 1, 0, 1, 0); ops.image.extract_patches(g, (2, 2)); ops.unfold(ops.transpose(g, (0, 3, 1, 2)), 2)
ops.inv(m + D); ops.det(m + D); ops.slogdet(m + D); ops.solve(m + D, m); ops.solve_triangular(m + D, m[:, 0], lower=True); ops.cholesky(ops.matmul(m, ops.transpose(m, (0, 2, 1))) + D); ops.geomspace(p[:, 0], p[:, 1], 3)
ops.trapezoid(a, axis=1); ops.vander(a[0, 0], 3); ops.corrcoef(a[0]); ops.correlate(a[0, 0], b[0, 0, :2], mode='same')
'''

KERAS_2 = '''
a + b; a - b; a * b; a / b; a // 0.37; a % 0.73; a @ c; a >= b; (a > 0) & (b > 0); (a > 0) ^ (b > 0); ~(a > 0); -a; abs(a); 1 - a; 1 / p; a ** 2; 2.0 ** a; a + np.array([1., 2., 3., 4.], 'float32'); tf.constant([1., 2., 3., 4.]) * a; i / 2; i // 2
a[:, 1]; a[:, -1]; a[:, 1:]; a[:, ::-1]; a[:, :, 3:0:-2]; a[..., 0]; a[:, ..., 1:]; a[:, None]; a[:, :, tf.newaxis, 1:3]; a[0:1]; a[:, 1:10]; a[:, i[0, 1]]
tf.maximum(a, b); tf.minimum(0.3, a); tf.math.squared_difference(a, b); tf.math.divide_no_nan(a, b); tf.math.multiply_no_nan(a, b); tf.math.xlogy(a, p); tf.math.atan2(a, b); tf.equal(a, b); tf.math.is_nan(a / a); tf.exp(a); tf.math.log(p); tf.sqrt(p); tf.math.rsqrt(p); tf.square(a); tf.sign(a)
tf.floor(a); tf.round(a * 2); tf.math.erf(a); tf.sigmoid(a); tf.tanh(a); tf.nn.relu(a); tf.nn.relu6(a * 8); tf.nn.elu(a); tf.nn.selu(a); tf.nn.leaky_relu(a, alpha=0.05); tf.nn.gelu(a); tf.nn.gelu(a, approximate=True); tf.nn.silu(a); tf.nn.crelu(a); tf.nn.softplus(a); tf.nn.softsign(a)
tf.nn.softmax(a); tf.nn.softmax(a, axis=1); tf.nn.log_softmax(a, axis=1); tf.nn.l2_normalize(p, axis=1); tf.nn.bias_add(a, [1., 2., 3., 4.]); tf.nn.moments(a, axes=[1], keepdims=True); tf.nn.l2_loss(a); tf.nn.top_k(a, k=2); tf.nn.dropout(a, rate=0.0)
tf.reduce_sum(a, 1); tf.reduce_mean(a, axis=[1, -1], keepdims=True); tf.reduce_max(a, 1); tf.reduce_min(a); tf.reduce_prod(a, axis=1); tf.math.reduce_std(a, axis=1); tf.math.reduce_variance(a); tf.reduce_logsumexp(a, axis=1); tf.reduce_any(a > 1, axis=1); tf.argmax(a, axis=1); tf.argmax(a)
tf.cumsum(a, axis=1); tf.cumsum(a, axis=1, exclusive=True, reverse=True); tf.norm(p, axis=-1); tf.norm(p, ord=1, axis=1, keepdims=True); tf.math.count_nonzero(a, axis=1); tf.reduce_mean(tf.cast(a * 3, 'int32'), axis=1); tf.add_n([a, b, a * a])
tf.reshape(a, (-1, 6, 2)); tf.reshape(a, (tf.shape(a)[0], -1)); tf.reshape(a, tf.concat([tf.shape(a)[:1], [4, 3]], 0)); tf.reshape(a, tf.stack([tf.shape(a)[0] * 3, 4])); tf.expand_dims(a, 2); tf.squeeze(a[:, :1], 1); tf.transpose(a, (0, 2, 1)); tf.transpose(a); tf.broadcast_to(a[:, :1], tf.shape(a))
tf.reverse(a, [-1, 1]); tf.roll(a, shift=[1, -1], axis=[1, 2]); tf.pad(a, [[0, 0], [1, 0], [0, 0]], constant_values=2.5); tf.pad(a, [[0, 0], [1, 2], [0, 0]], mode='REFLECT'); tf.tile(a[:, :1], [1, tf.shape(a)[1], 1]); tf.repeat(a, [1, 0, 2], axis=1); tf.split(a, [1, -1], axis=2); tf.unstack(a, axis=1)
tf.slice(a, [0, 1, 1], [-1, 2, 2]); tf.strided_slice(a, [0, 0, 1], [0, 3, 0], [1, 2, 1], begin_mask=1, end_mask=5); tf.linalg.diag_part(m); tf.linalg.diag(v); tf.linalg.trace(m); tf.linalg.band_part(a, 1, 0); tf.linalg.set_diag(m, v[:, :3]); tf.linalg.inv(m + D); tf.linalg.triangular_solve(m + D, m)
tf.shape(a); tf.concat([tf.zeros([tf.shape(a)[0], 1, 4]), a], 1); a + tf.fill(tf.shape(a), 2.0); a + tf.cast(tf.range(tf.shape(a)[2]), 'float32'); tf.sequence_mask([1, 2], tf.shape(a)[1], dtype='float32'); m + tf.eye(tf.shape(m)[1]); tf.reverse_sequence(a, [2, 3], seq_axis=1)
tf.concat([a, b], -1); tf.concat([a, tf.ones((2, 1, 4)), b], 1); tf.stack([a, b], 2); tf.tensordot(a, b, axes=[[0, 1], [0, 1]]); tf.matmul(a, b, transpose_b=True); tf.linalg.matvec(a, v); tf.linalg.cross(m, m[:, ::-1])
tf.where(a > 0, a, b); tf.where(a > 0, a, 0.0); tf.clip_by_value(a, -0.3, 0.31); tf.clip_by_norm(a, 0.7, axes=[-1]); tf.gather(a, [0, 2], axis=1); tf.gather(a, j, axis=1, batch_dims=1); tf.gather_nd(a, [[0, 1], [1, 2]]); tf.gather_nd(a, [[0], [2]], batch_dims=1); tf.boolean_mask(a, [True, False, True], axis=1)
tf.sort(a, direction='DESCENDING'); tf.argsort(a, axis=-1); tf.one_hot(i, 4); tf.one_hot(i, depth=4, on_value=2.0, off_value=-1.0, axis=1); tf.nn.embedding_lookup(a[0], j); tf.tensor_scatter_nd_update(a, [[0, 0], [1, 1]], [[1., 2., 3., 4.], [5., 6., 7., 8.]]); tf.math.unsorted_segment_sum(a[0], [0, 2, 0], 3)
tf.cast(a * 3, 'int32'); tf.cast(a, tf.float32); a * tf.cast(a > 0, a.dtype); tf.identity(a); a * tf.stop_gradient(a); tf.zeros_like(a) + a; tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(a), b); tf.nn.sigmoid_cross_entropy_with_logits(tf.nn.sigmoid(a), b)
tf.nn.avg_pool1d(t, 2, 2, 'VALID'); tf.nn.max_pool1d(t, 2, 1, 'SAME'); tf.nn.pool(t, [2], 'MAX'); tf.nn.conv1d(t, w, 1, 'SAME'); tf.image.resize(g, (2, 3)); tf.image.flip_left_right(g); tf.nn.space_to_depth(g, 2); tf.signal.frame(a, 2, 1, axis=1); tf.image.extract_patches(g, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], 'VALID')
K2.backend.mean(a, 1); K2.backend.softmax(a, axis=1); K2.backend.hard_sigmoid(a); K2.backend.relu(a, alpha=0.1, max_value=0.6); K2.backend.l2_normalize(p, 1); K2.backend.std(a, 1); K2.backend.permute_dimensions(a, (0, 2, 1)); K2.backend.batch_flatten(a); K2.backend.repeat(a[:, 0], 3); K2.backend.any(a, axis=1)
K2.backend.dot(a, K2.backend.constant(np.ones((4, 2)))); K2.backend.batch_dot(a, b, axes=[2, 2]); K2.backend.elu(a, 0.5); K2.backend.temporal_padding(a, (1, 2)); K2.backend.switch(a > 0, a, a * 2); K2.backend.repeat_elements(a, 2, 1); K2.activations.gelu(a); K2.activations.softmax(a); K2.losses.cosine_similarity(a, b)
'''

GRAPH = '''
a + 1.5; a * 2.0; 1.0 - a; a / 4.0; a ** 2.0; -a; abs(a); a[:, -1]; a[:, 1:3]; a[:, ::2, 1:]; a[..., 0]; a[:, None]; a[:, ::-1]; a // 0.373; a % 0.73; a + b; tf.equal(a, b); tf.logical_and(a > 0, a < 0.5); tf.logical_not(a > 0)
tf.reduce_mean(a, 1); tf.reduce_sum(a, [1, 2], keepdims=True); tf.reduce_max(a, -1); tf.reduce_prod(a, 1); tf.reduce_any(a > 1, 1); tf.argmax(a, -1); tf.cumsum(a, 1); tf.math.top_k(a, 2); tf.reduce_logsumexp(a, 1); tf.norm(p, axis=-1); tf.add_n([a, a * a])
tf.reshape(a, (tf.shape(a)[0], 2, 6)); tf.transpose(a, (0, 2, 1)); tf.expand_dims(a, 1); tf.squeeze(a[:, :1], 1); tf.tile(a, [1, 2, 1]); tf.pad(a, [[0, 0], [1, 1], [0, 0]], constant_values=3.); tf.pad(a, [[0, 0], [1, 1], [0, 0]], mode='REFLECT'); tf.split(a, 2, -1); tf.split(a, [1, 3], -1); tf.unstack(a, axis=1)
tf.stack([a, a * 2], 1); tf.concat([a, tf.ones((2, 1, 4)), b], 1); tf.gather(a, [0, 2], axis=1); tf.gather(a, j, axis=1, batch_dims=1); tf.gather_nd(a, [[0, 1], [1, 2]]); tf.one_hot(tf.argmax(a, -1), 4); tf.reverse(a, [1]); tf.roll(a, 1, 1); tf.repeat(a, 2, axis=1); tf.broadcast_to(a[:, :1], tf.shape(a))
tf.slice(a, [0, 1, 1], [-1, 2, 2]); tf.linalg.band_part(a, -1, 0); tf.linalg.diag_part(m); a + tf.fill(tf.shape(a), 2.0); a + tf.cast(tf.range(tf.shape(a)[2]), tf.float32); tf.where(a > 0, a, a * 0.1); tf.compat.v1.where(a > 0, a, -a); tf.clip_by_value(a, -.3, .31); tf.maximum(a, 0.1); tf.math.squared_difference(a, 0.5)
tf.nn.relu(a); tf.tanh(a); tf.sigmoid(a); tf.nn.softmax(a); tf.nn.softmax(a, 1); tf.nn.log_softmax(a); tf.nn.leaky_relu(a, 0.1); tf.nn.elu(a); tf.nn.gelu(a); tf.nn.l2_normalize(p, -1); tf.nn.bias_add(a, [1., 2., 3., 4.]); tf.cast(a > 0, tf.float32) * a; a * tf.stop_gradient(a); tf.identity(a)
tf.matmul(a, b, transpose_b=True); tf.matmul(a[:, 0], np.arange(8, dtype='float32').reshape(4, 2)); tf.einsum('btu,bsu->bts', a, b); tf.tensordot(a, tf.transpose(b[0]), 1); tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(a), b); tf.nn.max_pool1d(t, 2, 1, 'VALID'); tf.nn.conv1d(t, np.ones((2, 3, 2), 'float32'), 1, 'SAME')
'''


def expressions(text): return [one.strip() for one in re.split(r';\s*|\n', text) if one.strip()]


def named(code): return [name for name in INPUTS if re.search(rf'(?<![\w.\'"]){name}(?![\w\'"(=])', code)]


def model_of(code, keras):
    """The functional model of an expression."""
    values = {name: keras.Input(INPUTS[name].shape[1:], dtype=str(INPUTS[name].dtype), name=name) for name in named(code)}
    return keras.Model(list(values.values()), eval(code, {**globals(), **values}))


def graph_model_of(code):
    """The same of a graph of TensorFlow's, of which every op becomes a layer."""
    graph = tf.Graph()
    with graph.as_default():
        held = {name: tf.compat.v1.placeholder(INPUTS[name].dtype, (None, *INPUTS[name].shape[1:]), name=name) for name in named(code)}
        outputs = tf.nest.flatten(eval(code, {**globals(), **held}))
    inputs = {name: K2.Input(INPUTS[name].shape[1:], dtype=str(INPUTS[name].dtype), name=name) for name in held}
    known = {held[name].ref(): inputs[name] for name in held}

    def fed(tensor): return tensor.ref() in known or any(fed(one) for one in tensor.op.inputs)

    def value(tensor):
        if tensor.ref() not in known:
            op = tensor.op
            constants = {i: tf.compat.v1.Session(graph=graph).run(one) for i, one in enumerate(op.inputs) if not fed(one)}
            read = [value(one) for one in op.inputs if fed(one)]
            made = TensorFlowOpLayer(op.node_def.SerializeToString(), op.name, constants=constants)(read if len(read) > 1 else read[0])
            known.update({output.ref(): one for output, one in zip(op.outputs, made if isinstance(made, (list, tuple)) else [made])})
        return known[tensor.ref()]
    model = K2.Model(list(inputs.values()), [value(one) for one in outputs])
    return K2.Model.from_config(json.loads(model.to_json())['config'])


def slim(value):
    """A description without what nobody reads."""
    if isinstance(value, list): return [slim(one) for one in value]
    if not isinstance(value, dict): return value
    if value.get('class_name') == '__keras_tensor__': return dict(class_name='__keras_tensor__', config=dict(keras_history=value['config']['keras_history']))
    return {key: slim(one) for key, one in value.items() if key not in ('build_config', 'registered_name', 'trainable')}


def array(x):
    x = np.asarray(x)
    data = [float(f'{v:.7g}') if x.dtype.kind == 'f' else v for v in x.ravel().tolist()]
    return dict(shape=list(x.shape), dtype=str(x.dtype), data=[v if np.isfinite(v) else str(v) for v in data])


def answer(code, make):
    K3.backend.clear_session()
    K2.backend.clear_session()
    model = make(code)
    read = [tf.convert_to_tensor(INPUTS[name]) for name in named(code)]
    with tf.GradientTape(persistent=True) as tape:
        for x in read:
            if x.dtype.is_floating: tape.watch(x)
        outputs = tf.nest.flatten(model(read if len(read) > 1 else read[0]))
        total = sum((tf.reduce_sum(tf.cast(y, 'float32') * (np.arange(tf.size(y)) * 7 % 5 - 2.0).reshape(y.shape).astype('float32')) for y in outputs if y.dtype.is_floating), tf.constant(0.0))
    gradients = [tape.gradient(total, x) if x.dtype.is_floating else None for x in read]
    config = json.loads(model.to_json())['config']
    layers = [slim(layer) for layer in config['layers'] if layer['class_name'] != 'InputLayer']
    return dict(code=code, layers=layers, ends=config['output_layers'], outputs=[array(y) for y in outputs], gradients=[None if g is None else array(g)['data'] for g in gradients])


if __name__ == '__main__':
    makers = dict(keras3=(KERAS_3, lambda code: model_of(code, K3)), keras2=(KERAS_2, lambda code: model_of(code, K2)), graph=(GRAPH, graph_model_of))
    answers = {kind: [answer(code, make) for code in expressions(text)] for kind, (text, make) in makers.items()}
    lines = lambda cases: '[\n' + ',\n'.join(json.dumps(one, separators=(',', ':')) for one in cases) + '\n]'
    inputs = json.dumps({name: array(x) for name, x in INPUTS.items()}, separators=(',', ':'))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'operations.json'), 'w') as file:
        file.write('{"inputs":' + inputs + ',\n' + ',\n'.join(f'"{kind}":{lines(cases)}' for kind, cases in answers.items()) + '}\n')
