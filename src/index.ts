/** The public face: every name that this package offers, and nothing else. */

export { SeeRnnError, UsageError } from './core/errors.js';
export type { ArrayInput, NamedArray, Nested, Numbers } from './core/array.js';
export { take } from './core/take.js';

export { loadArray, loadArrays, readArray, readArrays, saveArray, saveArrays, type ReadArrayOptions } from './files/arrays.js';
export { readNpy, writeNpy, type NpyOptions } from './files/npy.js';
export { readNpz, writeNpz, type NpzOptions } from './files/npz.js';

export type { ModelSource } from './files/saved-model.js';
export { loadModel, type LoadModelOptions } from './model/keras/load-model.js';
export { modelOrigin, type ModelOrigin } from './model/keras/origin.js';
export type { LayerId } from './model/find.js';
export { getWeights } from './model/weights.js';
export { modelSummary, type LayerSummary, type ModelSummary, type OpenShape, type ParameterCounts, type RecurrentSummary } from './model/summary.js';
export { summaryText } from './model/summary-text.js';

export { trace, type TraceOptions } from './trace/trace.js';
export { Run, LayerRun } from './trace/run.js';
export type { Quantity } from './trace/quantities.js';
export type { ArrayInputs } from './trace/inputs.js';
export type { Loss, PerOutput } from './trace/loss.js';
export { accelerate, type Acceleration } from './trace/accelerate.js';
export { setMemoryBudget } from './kernels/budget.js';
export { setThreads, threads } from './kernels/threads.js';
export { getGradients, getOutputs, type GetGradientsOptions, type GetOutputsOptions } from './trace/get.js';

export { beside, features0D, features1D, features2D, featuresHist } from './paint/features.js';
export { Drawing, type CanvasLike } from './paint/drawing.js';
export type { Figure } from './figures/figure.js';
