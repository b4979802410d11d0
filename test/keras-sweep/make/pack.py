"""Packs what run.py made, models and answers, for the tests: `python pack.py OUT TO`, with OUT/k2 and OUT/k3; writes TO/NAME.br.

Each file of TO is one Brotli stream: a header of JSON, its length in front as four bytes, and the bytes of the model files behind it. An answer is not a
whole array: it is its shape, its largest magnitude, how many of its numbers are not finite, how far Keras's own float32 is from its float64, and two sums of
its numbers, each weighed by factors that `factors` makes the same in Python and in TypeScript. An array that differs anywhere differs in these sums, but by a
chance of one in millions.
"""
import sys, os, json, hashlib, zipfile, io
import brotli
import numpy as np

FACTORS = {}
def factors(seed, count):
    """Numbers from -1 to 1: mulberry32, its state after n steps being seed + n x 0x6d2b79f5."""
    known = FACTORS.get(seed)
    if known is None or len(known) < count:
        n = max(count, 4096)
        with np.errstate(over='ignore'):
            s = np.uint32(seed) + np.arange(1, n + 1, dtype=np.uint32) * np.uint32(0x6d2b79f5)
            t = (s ^ (s >> np.uint32(15))) * (s | np.uint32(1))
            t = t ^ (t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61)))
            known = (t ^ (t >> np.uint32(14))).astype(np.float64) / 2 ** 31 - 1
        FACTORS[seed] = known
    return known[:count]

def shortened(value, bits=12):
    """Without the last bits of its mantissa: 2^-40 of it is left, and it packs better."""
    return float((np.array(value, np.float64).view(np.uint64) & np.uint64(~((1 << bits) - 1) & 0xffffffffffffffff)).view(np.float64))

def answer(array, single):
    a = np.asarray(array, np.float64).ravel()
    finite = np.isfinite(a)
    clean = np.where(finite, a, 0)
    largest = float(np.abs(clean).max()) if a.size else 0.0
    noise = 0.0
    if single is not None and largest > 0:
        b = np.asarray(single, np.float64).ravel()
        with np.errstate(all='ignore'): d = np.abs(np.where(finite & np.isfinite(b), a - b, 0))
        noise = 1e9 if (np.isfinite(b) != finite).any() else min(float(d.max()) / largest, 1e9)
    return [list(np.shape(array)), float(f'{largest:.7g}'), int((~finite).sum()), float(f'{noise:.1e}'),
            shortened(clean @ factors(1, a.size)), shortened(clean @ factors(2, a.size))]

# Models that move their statistics whenever they are called: those in the file are from before.
MOVED = ('train-call-true',)

class Pack:
    def __init__(self):
        self.blobs, self.known, self.at = [], {}, 0
        self.answers, self.by_hash = [], {}
        self.cases = []

    def blob(self, data):
        key = hashlib.sha1(data).digest()
        if key not in self.known:
            self.known[key] = [self.at, len(data)]
            self.blobs.append(data); self.at += len(data)
        return self.known[key]

    def answer(self, array, single):
        if array is None: return None
        a = np.ascontiguousarray(array)
        key = (a.shape, str(a.dtype), hashlib.sha1(a.tobytes()).digest())
        if key not in self.by_hash:
            self.by_hash[key] = len(self.answers)
            self.answers.append(answer(a, single))
        return self.by_hash[key]

    def input(self, array):
        a = np.ascontiguousarray(array)
        if a.dtype == np.bool_: a = a.astype(np.int32)
        if a.dtype == np.int64: a = a.astype(np.int32)
        if a.dtype not in (np.float32, np.float64, np.int32): a = a.astype(np.float32)
        return [a.dtype.name, list(a.shape), self.blob(a.tobytes())]

    def case(self, folder):
        spec = json.load(open(f'{folder}/spec.json'))
        if not spec['files']: return
        arrays = np.load(f'{folder}/a.npz') if os.path.exists(f'{folder}/a.npz') else {}
        at = lambda k: None if k is None else arrays[k]
        double, single = spec['r64'] or spec['r32'], spec['r32']
        def pair(d, s): return [self.answer(at(a), at(b) if double is not single else None) for a, b in zip(d, s)]
        KEYS = ('outs', 'gouts', 'ins', 'gins')
        calls = [dict(label=c['label'], kind=c['cls'], **{k: pair(c[k], s[k]) for k in KEYS}) for c, s in zip(double['calls'], single['calls'])]
        weights = [dict(layer=w['layer'], **{k: pair(w[k], s[k]) for k in ('vals', 'grads', 'frozen') if not (k == 'frozen' and spec['name'] in MOVED) and k in w and len(w[k]) == len(s[k])}) for w, s in zip(double['weights'], single['weights'])]
        number = lambda v: None if v is None or not np.isfinite(v) else v
        files = {}
        for name, f in spec['files'].items():
            files[name] = [self.blob(open(f"{folder}/{f['file']}", 'rb').read())]
            if f.get('arch'): files[name].append(self.blob(open(f"{folder}/{f['arch']}", 'rb').read()))
        loss32 = single['loss']
        self.cases.append(dict(
            name=spec['name'], files=files, x=[self.input(at(k)) for k in spec['x']], y=spec['y'] and [self.input(at(k)) for k in spec['y']],
            sampleWeight=spec['sw'] and [None if k is None else self.input(at(k)) for k in spec['sw']], classWeight=spec.get('cw'), inputs=spec['input_names'], training=spec['train'],
            double=spec['r64'] is not None, hasLoss=double['loss'] is not None, loss=number(double['loss']), lossNoise=0 if not number(double['loss']) else 1e9 if number(loss32) is None else float(f"{abs(loss32 - double['loss']) / max(abs(double['loss']), 1e-30):.1e}"),
            predictions=pair(double['preds'], single['preds']), calls=calls, weights=weights))

    def write(self, path):
        header = json.dumps(dict(cases=self.cases, answers=self.answers), separators=(',', ':')).encode()
        data = len(header).to_bytes(4, 'little') + header + b''.join(self.blobs)
        packed = brotli.compress(data, quality=11, lgwin=24)
        open(path, 'wb').write(packed)
        print(f'{path}: {len(self.cases)} cases, {len(self.answers)} answers, {len(data) / 1e6:.1f} MB, packed {len(packed) / 1e6:.2f} MB', flush=True)

# How the cases are divided among files, by the first word of their names.
PARTS = {'recurrent': ('rnn', 'state', 'encdec', 'stateful', 'cell', 'cudnn'), 'bidirectional': ('bi', 'td', 'nest'), 'losses': ('loss', 'lossobj', 'lossmask', 'cw'), 'files': ('file',), 'front': ('front', 'causal', 'train', 'att', 'mha', 'conv1d', 'conv2d', 'conv3d', 'convt1d', 'sep1d', 'dw1d', 'pool', 'gpool', 'convlstm1d', 'convlstm2d'), 'operations': ('op', 'ops', 'tfop')}

def part_of(name):
    word = name.split('-')[0]
    return next((part for part, words in PARTS.items() if word in words), 'layers')

def main(out, to):
    os.makedirs(to, exist_ok=True)
    for flavour in ('k2', 'k3'):
        packs = {}
        for name in sorted(os.listdir(f'{out}/{flavour}')):
            folder = f'{out}/{flavour}/{name}'
            if os.path.exists(f'{folder}/spec.json'): packs.setdefault(part_of(name), Pack()).case(folder)
        for part, pack in packs.items(): pack.write(f'{to}/{flavour}-{part}.br')

if __name__ == '__main__': main(*sys.argv[1:])
