import type * as tfjs from '@tensorflow/tfjs-core';
import { tf } from './tf.js';

/** What models of layers take that TF.js's WASM backend has no kernels for, while its CPU backend has. */
const LACKING = ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', 'Einsum', 'UnsortedSegmentSum'];

/**
 * Lends the WASM backend the kernels that it lacks, for the time of a pass: those of the gradients by the weights of convolutions
 * and of an Embedding, among others. They run on the CPU backend where that is registered; where it isn't, they stay lacking.
 *
 * TF.js itself cannot train such models on WASM for want of them.
 */
export function withBorrowedKernels<T>(pass: () => T): T {
  const borrowed = tf().getBackend() === 'wasm' ? LACKING.filter((name) => !tf().getKernel(name, 'wasm') && tf().getKernel(name, 'cpu')) : [];
  for (const kernelName of borrowed) {
    const kernelFunc = kernelName === 'UnsortedSegmentSum' ? unsortedSegmentSum : onCpu(tf().getKernel(kernelName, 'cpu').kernelFunc);
    tf().registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  }
  try {
    return pass();
  } finally {
    for (const kernelName of borrowed) tf().unregisterKernel(kernelName, 'wasm');
  }
}

/** Both backends' memory can be read and written at once. */
const memory = (backend: unknown): tfjs.KernelBackend => backend as tfjs.KernelBackend;

function moved({ dataId, shape, dtype }: tfjs.TensorInfo, from: tfjs.KernelBackend, to: tfjs.KernelBackend): tfjs.TensorInfo {
  return { dataId: to.write(from.readSync(dataId), shape, dtype), shape, dtype };
}

/** A kernel of the CPU backend's on another backend's tensors. */
const onCpu = (kernelFunc: tfjs.KernelFunc): tfjs.KernelFunc => ({ inputs, attrs, backend }) => {
  const [here, cpu] = [memory(backend), memory(tf().findBackend('cpu'))];
  // In Node its first tensor would print an advertisement for another package.
  (cpu as { firstUse?: boolean }).firstUse = false;
  const there = Object.fromEntries(Object.entries(inputs as Record<string, tfjs.TensorInfo>).map(([name, tensor]) => [name, moved(tensor, here, cpu)]));
  const result = kernelFunc({ inputs: there, attrs: attrs!, backend: cpu }) as tfjs.TensorInfo; // each of them has one
  const output = moved(result, cpu, here);
  for (const { dataId } of [...Object.values(there), result]) cpu.disposeData(dataId);
  return output;
};

/**
 * Adds rows up by their segment: the gradient by an Embedding's weights. The CPU backend goes through all rows for every segment,
 * that is for every word of a vocabulary.
 */
const unsortedSegmentSum: tfjs.KernelFunc = ({ inputs, attrs, backend }) => {
  const [{ x, segmentIds }, { numSegments }] = [inputs as unknown as { x: tfjs.TensorInfo; segmentIds: tfjs.TensorInfo }, attrs as unknown as { numSegments: number }];
  const here = memory(backend);
  const [values, segments] = [here.readSync(x.dataId) as Float32Array, here.readSync(segmentIds.dataId) as Int32Array];
  const width = values.length / Math.max(segments.length, 1);
  const sums = new Float32Array(numSegments * width);
  segments.forEach((segment, row) => {
    if (segment < 0 || segment >= numSegments) return;
    for (let n = 0; n < width; n++) sums[segment * width + n]! += values[row * width + n]!;
  });
  const shape = [numSegments, ...x.shape.slice(segmentIds.shape.length)];
  return { dataId: here.write(sums, shape, x.dtype), shape, dtype: x.dtype };
};
