import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { provideTf } from '../src/from/tfjs/foreign/tf.js';
import { readTfjsModels } from '../src/from/tfjs/reader.js';

// The CPU backend's first tensor in Node prints an advertisement. TF.js's switch for it (IS_TEST) also turns on checks that
// its own WASM kernels fail, so the words are let go by here, once.
const { warn } = console;
console.warn = () => undefined;
await tf.setBackend('cpu');
tf.tensor([0]).dispose();
console.warn = warn;

setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);

// As `src/index.ts` and `src/tfjs.ts` do: every function that takes a model takes a live one, too.
readTfjsModels();
provideTf(tf);

/** Runs a set of tests on each backend of TF.js that works in Node. */
export function describeOnBackends(name: string, body: (backend: 'cpu' | 'wasm') => void): void {
  describe.each(['cpu', 'wasm'] as const)(`${name}, %s backend`, (backend) => {
    beforeAll(async () => {
      await tf.setBackend(backend);
      await tf.ready();
    });
    body(backend);
  });
}
