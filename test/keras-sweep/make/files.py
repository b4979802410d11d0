"""What Keras says of model files that lie in a folder, each with its data beside: `FLAVOR=3 python files.py FOLDER OUT`. A file of the other generation is passed over.

In a folder of the tree: `*.keras` or `*.h5`, and `x.npy` or `x0.npy`, `x1.npy`, ... or `x.npz`; `y.npy` and `sw.npy` if any. The cases are called `file-FOLDER-NAME`.
"""
import sys, shutil, zipfile
from lib import *
import h5py

def generation(path):
    if path.endswith('.keras'): return json.loads(zipfile.ZipFile(path).read('metadata.json'))['keras_version'][0]
    with h5py.File(path) as f:
        v = f.attrs.get('keras_version')
        return None if v is None or 'model_config' not in f.attrs else str(v.decode() if isinstance(v, bytes) else v)[0]

def data(folder, file, what):
    stem = os.path.splitext(file)[0]
    for name in (f'{stem}_{what}', what):
        if os.path.exists(f'{folder}/{name}.npy'): return [np.load(f'{folder}/{name}.npy')]
        if os.path.exists(f'{folder}/{name}.npz'):
            z = np.load(f'{folder}/{name}.npz'); return [z[k] for k in z.files]
        several = []
        while os.path.exists(f'{folder}/{name}{len(several)}.npy'): several.append(np.load(f'{folder}/{name}{len(several)}.npy'))
        if several: return several
    return None

def total(path):
    """The sum of all weights in a file, to tell whether it holds the same as another."""
    numbers = []
    with h5py.File(path) as f: f['model_weights'].visititems(lambda _, item: numbers.append(float(np.sum(item[()]))) if isinstance(item, h5py.Dataset) else None)
    return sum(numbers)

def doubled(model):
    config = model.to_json().replace('"float32"', '"float64"')
    K.backend.set_floatx('float64')
    twin = K.models.model_from_json(config)
    twin.set_weights([np.asarray(w, 'float64') if np.asarray(w).dtype == np.float32 else w for w in model.get_weights()])
    return twin

def run_file(path, name, outroot):
    folder, file = os.path.split(path)
    x = data(folder, file, 'x')
    if x is None: return 'no data'
    clear(); K.backend.set_floatx('float32')
    model = K.models.load_model(path, compile=True)
    ints = ['int' in dtype_of(t) for t in model.inputs]
    # Data that lie there for other models of the folder don't fit: others are made.
    fits = len(x) == len(model.inputs) and all(len(shape_of(t)) == a.ndim and all(d is None or d == n for d, n in zip(shape_of(t), a.shape)) for t, a in zip(model.inputs, x))
    if not fits: x = data_for(model, M(model), rng_of(name))
    x = [a.astype('int32') if i else a.astype('float32') for a, i in zip(x, ints)]
    loss = getattr(model, 'loss', None)
    config = model.get_compile_config() if hasattr(model, 'get_compile_config') and loss is not None else None
    c = M(model, loss, y=data(folder, file, 'y'), sw=data(folder, file, 'sw'), train=json.load(open(f'{folder}/keras.json')).get('training', False) if os.path.exists(f'{folder}/keras.json') else False)
    out = model(x[0] if len(x) == 1 else x)
    shapes = [list(t.shape) for t in tensors_of(out)]
    if c.y is not None and (len(c.y) != len(shapes) or any(len(a) != s[0] or (a.ndim == len(s) and list(a.shape) != s and a.shape[-1] != 1) or a.ndim > len(s) for a, s in zip(c.y, shapes))): c.y = None
    y = None if loss is None else [np.asarray(a, 'float32') if a.dtype == np.float64 else a for a in targets(shapes, c, rng_of(name))]
    if y is not None and c.y is not None: y = [a.astype('float32') if a.dtype.kind == 'f' else a.astype('int32') for a in c.y]
    r32 = compute(model, c, x, y, c.sw, training=c.train)
    r64 = None; errs = {}
    try:
        twin = doubled(K.models.load_model(path, compile=False))
        if loss is not None: twin.compile_from_config(config) if config else twin.compile(loss=loss)
        wide = lambda l: None if l is None else [a.astype('float64') if a.dtype == np.float32 else a for a in l]
        r64 = compute(twin, c, wide(x), wide(y), c.sw, training=c.train)
    except Exception as e: errs['f64'] = f'{type(e).__name__}: {e}'[:200]
    finally: K.backend.set_floatx('float32')
    files = {('keras' if file.endswith('.keras') else 'h5'): dict(file=file)}
    # The same model in the other format: Keras itself can't read back all of its own .h5 files.
    twin_file = file.replace('.keras', '.h5')
    if file.endswith('.keras') and os.path.exists(f'{folder}/{twin_file}') and np.isclose(total(f'{folder}/{twin_file}'), sum(float(np.sum(w)) for w in model.get_weights())): files['h5'] = dict(file=twin_file)
    save(name, outroot, c, x, y, c.sw, r32, r64, files, errs, model)
    for one in files.values(): shutil.copy(f'{folder}/{one["file"]}', f'{outroot}/{name}/{one["file"]}')
    return errs or None

def main(root, outroot):
    for folder, _, files in sorted(os.walk(root)):
        for file in sorted(files):
            if not file.endswith(('.keras', '.h5')) or file.endswith('.weights.h5') or 'hang' in folder or 'nets' in folder: continue
            if file.endswith('.h5') and file.replace('.h5', '.keras') in files: continue
            path = f'{folder}/{file}'; name = '-'.join(['file', *os.path.relpath(folder, root).replace('.', '').split('/'), os.path.splitext(file)[0], file.split('.')[-1]]).replace('--', '-')
            try:
                if generation(path) != FLAVOR: continue
                print(name, run_file(path, name, outroot) or '', flush=True)
            except Exception as e: print('FAILED', name, type(e).__name__, str(e)[:300].replace('\n', ' '), flush=True)
main(*sys.argv[1:])
