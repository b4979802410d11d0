"""Harness: builds models by Keras 3 or tf_keras (Keras 2), saves them, and computes what is to be expected."""
import os, sys, json, zlib, traceback, time, hashlib
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '-1')
import warnings; warnings.filterwarnings('ignore')
import gc
_collect = gc.collect
import numpy as np
import tensorflow as tf
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.get_logger().setLevel('ERROR')
FLAVOR = os.environ.get('FLAVOR', '3')
if FLAVOR == '3':
    import keras as K
else:
    import tf_keras as K
B, T, F, U = 3, 5, 4, 3
CASES = {}

class M:
    def __init__(self, model, loss='mse', x=None, y=None, sw=None, cw=None, lw=None, formats=None, custom=None, opt='adam', scale=0.7, f64=True, train=False, notes='', mode=None, ints=None, compile_kw=None, objs=None, passes=1):
        self.__dict__.update(locals()); del self.__dict__['self']

def case(name, only='both', **tags):
    def deco(f):
        if only in ('both', FLAVOR):
            assert name not in CASES, name
            CASES[name] = (f, tags)
        return f
    return deco

def add(name, f, only='both', **tags):
    case(name, only, **tags)(f)

def rng_of(name): return np.random.default_rng(zlib.crc32(name.encode()))

def is_model(l):
    return isinstance(l, K.Model)

def all_layers(model):
    """(layer) of a model, nested ones too, not those in wrappers."""
    out = []
    seen = set()
    def visit(m):
        for l in m.layers:
            if id(l) in seen: continue
            seen.add(id(l)); out.append(l)
            if is_model(l): visit(l)
    visit(model)
    return out

def wname(w):
    return getattr(w, 'path', None) or w.name

def randomise(model, rng, scale):
    keep = {id(w) for l in all_layers(model) if type(l).__name__ == 'Normalization' for w in l.weights}
    for w in model.weights:
        n = wname(w).lower()
        dt = np.dtype(tf.as_dtype(str(w.dtype).replace("<dtype: '", '').replace("'>", '')).as_numpy_dtype) if not isinstance(w.dtype, str) else None
        dts = w.dtype if isinstance(w.dtype, str) else w.dtype.name
        if 'float' not in dts or id(w) in keep: continue
        shape = tuple(w.shape)
        if 'seed' in n or n.endswith('iterations'): continue
        v = rng.normal(size=shape)
        if 'variance' in n: v = rng.uniform(0.5, 2.0, size=shape)
        elif n.endswith('gamma') or n.endswith('gamma:0') or n.endswith('/scale'): v = 1 + 0.4 * v
        elif 'embedding' in n: v = v * 0.8
        else: v = v * scale
        w.assign(v.astype('float32') if dts not in ('float64',) else v)

def tensors_of(v):
    return [t for t in tf.nest.flatten(v) if tf.is_tensor(t)]

MASK = '_keras_mask'
LOGITS = '_keras_logits'
def same(t):
    """A copy that is another tensor, with its mask."""
    if not tf.is_tensor(t) or not t.dtype.is_floating: return t
    u = tf.identity(t)
    m = getattr(t, MASK, None)
    if m is not None: setattr(u, MASK, m)
    # What a loss is taken from in place of a softmax's or a sigmoid's output: in fit it is there, too.
    logits = getattr(t, LOGITS, None)
    if logits is not None: setattr(u, LOGITS, logits)
    return u

class Recorder:
    def __init__(self, model, tape):
        self.calls = []   # dict(path tuple of (name, idx)), layer, ins, outs
        self.stack = []
        self.count = {}
        self.tape = tape
        for l in all_layers(model): self.patch(l)
    def patch(self, layer):
        if type(layer).__name__ == 'InputLayer': return
        orig = layer.call
        rec = self
        def call(*args, **kwargs):
            parent = tuple(rec.stack)
            key = (parent, layer.name)
            idx = rec.count.get(key, 0); rec.count[key] = idx + 1
            args = tf.nest.map_structure(same, args)
            kw = {k: (tf.nest.map_structure(same, v) if k in ('initial_state', 'key', 'value', 'query', 'inputs') and v is not None else v) for k, v in kwargs.items()}
            ins = [t for t in tensors_of([args, [kw[k] for k in kw if k in ('query', 'value', 'key', 'initial_state', 'inputs')]]) if t.dtype.is_floating]
            for t in ins: rec.tape.watch(t)
            rec.stack.append((layer.name, idx))
            try:
                out = orig(*args, **kw)
            finally:
                rec.stack.pop()
            out = tf.nest.map_structure(same, out)
            for t in tensors_of(out):
                if t.dtype.is_floating: rec.tape.watch(t)
            rec.calls.append(dict(path=parent + ((layer.name, idx),), layer=layer, ins=ins, outs=tensors_of(out)))
            return out
        try:
            import functools
            functools.update_wrapper(call, orig)
        except Exception: pass
        object.__setattr__(layer, 'call', call)

def labels(rec):
    def lab(path):
        parts = []
        for i, (name, idx) in enumerate(path):
            n = rec.count.get((path[:i], name), 1)
            parts.append(f'{name}:{idx}' if n > 1 else name)
        return '/'.join(parts)
    return [lab(c['path']) for c in rec.calls]

def compute(model, case, x, y, sw, training=False, loss_mode='keras'):
    with tf.GradientTape(persistent=True) as tape:
        rec = Recorder(model, tape)
        xs = [tf.convert_to_tensor(a) for a in x]
        for t in xs:
            if t.dtype.is_floating: tape.watch(t)
        arg = xs[0] if len(xs) == 1 else (xs if case.mode != 'dict' else dict(zip([i.name for i in model.inputs], xs)))
        out = model(arg, training=training)
        preds = [out[k] for k in out] if isinstance(out, dict) else tensors_of(out)
        loss = plain = None
        if y is not None:
            y = [tf.convert_to_tensor(a) for a in y]; sw = None if sw is None else [None if a is None else tf.cast(tf.convert_to_tensor(a), preds[0].dtype) for a in sw]
            if isinstance(out, dict): yy = {k: v for k, v in zip(out.keys(), y)}; ss = None if sw is None else dict(zip(out.keys(), sw))
            else: yy = y[0] if len(y) == 1 else list(y); ss = None if sw is None else (sw[0] if len(sw) == 1 else list(sw))
            loss = model.compute_loss(x=arg, y=yy, y_pred=out, sample_weight=ss) if FLAVOR == '3' else model.compute_loss(arg, yy, out, ss)
            masked = any(getattr(t, MASK, None) is not None for t in preds)
            if masked:
                bare = tf.nest.map_structure(tf.identity, out)
                plain = model.compute_loss(x=arg, y=yy, y_pred=bare, sample_weight=ss) if FLAVOR == '3' else model.compute_loss(arg, yy, bare, ss)
    labs = labels(rec)
    res = dict(preds=[p.numpy() for p in preds], calls=[], weights=[], loss=None if loss is None else float(loss), plain=None if plain is None else float(plain))
    layers = [l for l in all_layers(model) if not is_model(l) and any('float' in (w.dtype if isinstance(w.dtype, str) else w.dtype.name) for w in l.weights)]
    variables = {}
    for l in layers:
        for w in l.trainable_weights: variables[id(w)] = w.value if FLAVOR == '3' else w
    heads = {id(getattr(p, LOGITS)) for p in preds if hasattr(p, LOGITS)}
    focal = 'binary_focal' in loss_name(case.loss)
    def graded(of):
        """Gradients by every recorded tensor and weight, by id."""
        srcs = {}
        for c in rec.calls:
            for t in [*c['outs'], *c['ins']]:
                if t.dtype.is_floating: srcs[id(t)] = t
        for k, v in variables.items(): srcs[k] = v
        keys = list(srcs)
        gs = tape.gradient(of, [srcs[k] for k in keys])
        out = {}
        for k, gv in zip(keys, gs):
            # A loss that is taken from logits has no gradient by what they became, or, the focal one, only a part of it: nothing is said of that.
            if id(getattr(srcs[k], LOGITS, None)) in heads and (gv is None or focal): out[k] = None
            else: out[k] = np.zeros(tuple(srcs[k].shape), 'float32') if gv is None else tf.convert_to_tensor(gv).numpy()
        return out
    G = None if loss is None else graded(loss)
    P = None if plain is None else graded(plain)
    def g(t, D): return None if D is None or not t.dtype.is_floating else D[id(t)]
    for lab, c in zip(labs, rec.calls):
        e = dict(label=lab, cls=type(c['layer']).__name__,
            outs=[t.numpy() for t in c['outs']], gouts=[g(t, G) for t in c['outs']],
            ins=[t.numpy() for t in c['ins']], gins=[g(t, G) for t in c['ins']])
        if P is not None: e['pouts'] = [g(t, P) for t in c['outs']]; e['pins'] = [g(t, P) for t in c['ins']]
        res['calls'].append(e)
    for l in layers:
        e = dict(layer=l.name, names=[wname(w) for w in l.trainable_weights], vals=[np.asarray(w.numpy() if hasattr(w, 'numpy') else w) for w in l.trainable_weights],
            frozen=[np.asarray(w.numpy()) for w in l.non_trainable_weights if 'float' in (w.dtype if isinstance(w.dtype, str) else w.dtype.name)])
        if G is not None: e['grads'] = [G[id(w)] for w in l.trainable_weights]
        if P is not None: e['pgrads'] = [P[id(w)] for w in l.trainable_weights]
        res['weights'].append(e)
    del tape
    return res

def shape_of(t): return [None if d is None else int(d) for d in t.shape]
def dtype_of(t): return t.dtype if isinstance(t.dtype, str) else t.dtype.name

def data_for(model, case, rng):
    if case.x is None:
        xs = []
        for t in model.inputs:
            s = shape_of(t); s = [B if s[0] is None else s[0]] + [T if d is None else d for d in s[1:]]
            if 'int' in dtype_of(t): xs.append(rng.integers(0, case.ints or 5, size=s).astype('int32'))
            else: xs.append(rng.normal(size=s).astype('float32'))
    else: xs = [np.asarray(a) for a in case.x]
    return xs

def loss_name(l):
    if isinstance(l, str): return l
    if callable(l) and hasattr(l, 'name'): return l.name
    return str(l)

def targets(out_shapes, case, rng):
    if case.y is not None: return [np.asarray(a) for a in case.y]
    ys = []
    losses = case.loss if isinstance(case.loss, (list, tuple)) else [case.loss] * len(out_shapes)
    if isinstance(case.loss, dict): losses = list(case.loss.values())
    for s, l in zip(out_shapes, losses):
        n = loss_name(l).lower().replace('_', '') if l is not None else ''
        if 'sparse' in n: ys.append(rng.integers(0, s[-1], size=s[:-1]).astype('int32'))
        elif 'crossentropy' in n and 'binary' in n or 'hinge' in n and 'categorical' not in n or 'bce' == n: ys.append(rng.integers(0, 2, size=s).astype('float32'))
        elif 'crossentropy' in n or 'categoricalhinge' in n: ys.append(np.eye(s[-1], dtype='float32')[rng.integers(0, s[-1], size=s[:-1])])
        elif n in ('poisson', 'kld', 'kldivergence', 'msle', 'meansquaredlogarithmicerror', 'tversky', 'dice'): ys.append(rng.uniform(0.1, 1, size=s).astype('float32'))
        else: ys.append(rng.normal(size=s).astype('float32'))
    return ys

def clear():
    K.backend.clear_session() if hasattr(K.backend, 'clear_session') else None
    try: K.utils.clear_session()
    except Exception: pass

def save_formats(model, d, fmts, objs):
    files = {}; errs = {}
    def attempt(name, f):
        if fmts is not None and name not in fmts: return
        try: f(); 
        except Exception as e: errs[name] = f'{type(e).__name__}: {e}'[:300]
    if FLAVOR == '3':
        def k(): model.save(f'{d}/m.keras'); files['keras'] = dict(file='m.keras')
        def h():
            model.save(f'{d}/m.h5'); files['h5'] = dict(file='m.h5')
        def w():
            model.save_weights(f'{d}/m.weights.h5'); open(f'{d}/m.json', 'w').write(model.to_json()); files['weights'] = dict(file='m.weights.h5', arch='m.json')
    else:
        def k(): model.save(f'{d}/m.keras', save_format='keras'); files['keras'] = dict(file='m.keras')
        def h(): model.save(f'{d}/m.h5', save_format='h5'); files['h5'] = dict(file='m.h5')
        def w():
            model.save_weights(f'{d}/m.weights.h5'); open(f'{d}/m.json', 'w').write(model.to_json()); files['weights'] = dict(file='m.weights.h5', arch='m.json')
        def lw():
            model.save_weights(f'{d}/legacy.h5', save_format='h5'); open(f'{d}/m.json', 'w').write(model.to_json()); files['lweights'] = dict(file='legacy.h5', arch='m.json')
        attempt('lweights', lw)
    attempt('keras', k); attempt('h5', h); attempt('weights', w)
    return files, errs

def weighed_by_class(case, y):
    """The sample weights that fit makes of class weights."""
    if case.cw is None or y is None: return case.sw
    assert case.sw is None and len(y) == 1
    if FLAVOR == '3':
        from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights
        return [np.asarray(class_weight_to_sample_weights(y[0], case.cw), 'float32')]
    from tf_keras.src.engine.data_adapter import _make_class_weight_map_fn
    _, _, weights = _make_class_weight_map_fn(case.cw)(tf.zeros([len(y[0])]), tf.convert_to_tensor(y[0]))
    return [np.asarray(weights, 'float32')]

def save(name, outroot, c, x, y, sw, r32, r64, files, errs, model):
    """Writes what is to be expected of a case: spec.json, and a.npz with the arrays."""
    d = f'{outroot}/{name}'; os.makedirs(d, exist_ok=True)
    arrays = {}; n = [0]
    def put(a):
        if a is None: return None
        k = f'a{n[0]}'; n[0] += 1
        a = np.asarray(a)
        if str(a.dtype) in ('bfloat16', 'float16'): a = a.astype('float32')
        if a.dtype == bool: a = a.astype('int32')
        if a.dtype.kind not in 'iuf': return None
        arrays[k] = a
        return k
    def pack(r):
        if r is None: return None
        return dict(loss=r['loss'], plain=r['plain'], preds=[put(a) for a in r['preds']],
            calls=[dict(label=e['label'], cls=e['cls'], **{k: [put(a) for a in e[k]] for k in ('outs', 'gouts', 'ins', 'gins', 'pouts', 'pins') if k in e}) for e in r['calls']],
            weights=[dict(layer=e['layer'], names=e['names'], **{k: [put(a) for a in e[k]] for k in ('vals', 'grads', 'pgrads', 'frozen') if k in e}) for e in r['weights']])
    spec = dict(name=name, flavor=FLAVOR, tags={}, files=files, save_errors=errs, x=[put(a) for a in x], y=None if y is None else [put(a) for a in y],
        sw=None if c.sw is None else [put(a) for a in c.sw], cw=c.cw and {str(k): v for k, v in c.cw.items()}, input_names=[t.name for t in model.inputs], train=c.train,
        loss=[loss_name(l) for l in (c.loss if isinstance(c.loss, (list, tuple)) else [c.loss])] if not isinstance(c.loss, dict) else {k: loss_name(v) for k, v in c.loss.items()},
        r32=pack(r32), r64=pack(r64), notes=c.notes)
    np.savez(f'{d}/a.npz', **arrays)
    json.dump(spec, open(f'{d}/spec.json', 'w'))

def run_case(name, outroot):
    f, tags = CASES[name]
    d = f'{outroot}/{name}'; os.makedirs(d, exist_ok=True)
    rng = rng_of(name)
    clear(); K.backend.set_floatx('float32')
    K.utils.set_random_seed(zlib.crc32(name.encode()) % 2**31)
    c = f(K); model = c.model
    randomise(model, rng, c.scale)
    if c.loss is not None: model.compile(loss=c.loss, loss_weights=c.lw, optimizer=c.opt, **(c.compile_kw or {}))
    x = data_for(model, c, rng)
    if c.loss is not None and FLAVOR == '2':
        model.compiled_loss  # made at first use
    files, errs = save_formats(model, d, c.formats, c.objs)
    out_shapes = [shape_of(t) for t in tf.nest.flatten(model.outputs)]
    if any(d is None for o in out_shapes for d in o[1:]):
        out_shapes = [list(t.shape) for t in tensors_of(model(x[0] if len(x) == 1 else (x if c.mode != 'dict' else dict(zip([i.name for i in model.inputs], x))), training=False))]
        for l in all_layers(model):
            if getattr(l, 'stateful', False):
                try: l.reset_states() if hasattr(l, 'reset_states') else l.reset_state()
                except Exception as e: errs['reset'] = str(e)
    out_shapes = [[x[0].shape[0] if i == 0 and d is None else d for i, d in enumerate(o)] for o in out_shapes]
    y = None if c.loss is None else targets(out_shapes, c, rng)
    weights = [np.asarray(w.numpy()) for w in model.weights]
    sw = weighed_by_class(c, y)
    r32 = compute(model, c, x, y, sw, training=c.train)
    r64 = None
    if c.f64 and os.environ.get('F64'):
        try:
            clear(); K.backend.set_floatx('float64')
            if FLAVOR == '3': K.config.set_dtype_policy('float64')
            # A case may have set a policy, which then counts, whatever the default is.
            else: K.mixed_precision.set_global_policy('float64')
            K.utils.set_random_seed(zlib.crc32(name.encode()) % 2**31)
            c2 = f(K)
            for w, v in zip(c2.model.weights, weights): w.assign(v)
            if c2.loss is not None: c2.model.compile(loss=c2.loss, loss_weights=c2.lw, optimizer=c2.opt)
            x64 = [a.astype('float64') if a.dtype == np.float32 else a for a in x]
            y64 = None if y is None else [a.astype('float64') if a.dtype == np.float32 else a for a in y]
            r64 = compute(c2.model, c2, x64, y64, sw, training=c.train)
        except Exception as e:
            errs['f64'] = f'{type(e).__name__}: {e}'[:200]
        finally:
            K.backend.set_floatx('float32')
            if FLAVOR == '3': K.config.set_dtype_policy('float32')
            else: K.mixed_precision.set_global_policy('float32')
    save(name, outroot, c, x, y, sw, r32, r64, files, errs, model)
    return files, errs

def main(pattern='', outroot=None):
    import re
    outroot = outroot or f'out/k{FLAVOR}'
    names = [n for n in CASES if re.search(pattern, n)]
    t0 = time.time(); bad = {}
    gc.collect(); gc.freeze(); gc.collect = lambda *a: 0
    for i, n in enumerate(names):
        if i % 25 == 0: _collect()
        if os.environ.get('SKIP') and os.path.exists(f'{outroot}/{n}/spec.json'): continue
        try:
            files, errs = run_case(n, outroot)
            if errs: print(f'{n}: {errs}', flush=True)
        except Exception as e:
            bad[n] = f'{type(e).__name__}: {e}'
            print(f'FAILED {n}: {type(e).__name__}: {str(e)[:600]}', flush=True)
            if os.environ.get('TB'): traceback.print_exc()
    json.dump(bad, open(f'{outroot}/generator-failures{"-" + hashlib.md5(pattern.encode()).hexdigest()[:6] if pattern else ""}.json', 'w'), indent=1)
    print(f'{len(names)} cases, {len(bad)} failed, {time.time() - t0:.0f} s')
