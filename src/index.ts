/** The public face: every name that this package offers, and nothing else; what needs TF.js is in `tfjs.ts`. */

import { readTfjsModels } from './from/tfjs/reader.js';

export { SeeRnnError, UsageError } from './core/errors.js';
export type { ArrayInput, NamedArray, Nested, Numbers } from './core/array.js';
export { take } from './core/take.js';

export { loadArray, loadArrays, readArray, readArrays, saveArray, saveArrays, type ReadArrayOptions } from './files/arrays.js';
export { readNpy, writeNpy, type NpyOptions } from './files/npy.js';
export { readNpz, writeNpz, type NpzOptions } from './files/npz.js';

export type { ModelSource } from './files/saved-model.js';
export { loadModel, type LoadModelOptions } from './from/keras/load-model.js';
export { kerasModel, type KerasConfig, type KerasModelOptions } from './from/keras/keras-model.js';
export type { CustomLayer } from './from/keras/loading.js';
export { KerasLayer, type KerasOptions, type WeightOptions } from './from/keras/layers/keras-layer.js';
export { Model, type Compiled, type ModelOrigin, type Optimizer } from './model/model.js';
export type { LiveLayer, LiveModel, ModelLike } from './model/live-model.js';
export type { PredictOptions } from './model/predict.js';
export type { Layer, LayerInputs, LayerPart, Masked } from './graph/layer.js';
export type { Context } from './graph/context.js';
export { StoredWeight, type Penalty, type Weight } from './graph/weight.js';
export { Tensor } from './graph/tensor.js';
export * as operations from './graph/operations/index.js';
export type { LayerId } from './model/find.js';
export { getWeights, type GetWeightsOptions, type WeightId, type WeightIds } from './model/get-weights.js';
export { setWeights } from './model/set-weights.js';
export { getFullName, getLayer } from './model/get-layer.js';
export { gateWeights, type DirectionWeights, type GateWeights, type WeightArrays } from './model/gate-weights.js';
export { getRnnWeights, type GetRnnWeightsOptions } from './model/rnn-weights.js';
export { modelSummary, type LayerSummary, type ModelSummary, type OpenShape, type ParameterCounts, type RecurrentSummary } from './model/summary.js';
export { summaryText } from './model/summary-text.js';
export { rnnSummary } from './model/rnn-summary.js';
export { weightLoss, weightPenalties, type WeightPenalty } from './model/penalties.js';

export { trace, type TraceOptions } from './trace/trace.js';
export type { Precision } from './model/precision.js';
export { Run } from './trace/run.js';
export { LayerRun, type RecurrenceInfo } from './trace/layer-run.js';
export type { ZeroCounts, ZeroReason } from './trace/zeros.js';
export type { Quantity } from './trace/quantities.js';
export type { ArrayInputs } from './model/inputs.js';
export type { LiveLoss, Loss, OwnLoss, PerOutput } from './model/output-losses.js';
export { lossByName } from './graph/losses/named.js';
export { setMemoryBudget } from './kernels/budget.js';
export { setThreads, threads } from './kernels/threads.js';
export { getGradients, getOutputs, type GetGradientsOptions, type GetOutputsOptions } from './trace/get.js';
export type { Param } from './trace/given.js';

export { analyse, analyseRun, verdict, type AnalysedRun, type AnalyseOptions, type AnalyseRunOptions } from './measure/analyse.js';
export {
  isMeasured, type Analysis, type AnalysisSettings, type Carried, type Decay, type Flow, type ForwardHorizon, type GateMeasure, type Horizon, type Jacobians, type Lyapunov,
  type Measured, type NotMeasured, type RecurrenceAnalysis, type StepLearning, type Verdict, type VerdictKind,
} from './measure/analysis.js';
export { chronoBiases } from './measure/chrono.js';
export { forwardHorizon, type ForwardHorizonOptions } from './measure/forward-horizon.js';
export { gateMeasure } from './measure/gates.js';
export { horizonOf } from './measure/horizon.js';
export { verdictText } from './measure/verdict-text.js';
export { deadUnits, type DeadUnits } from './measure/dead-units.js';
export { gradientFlow, type GradientFlow, type GradientFlowOptions } from './measure/gradient-flow.js';
export { health, type HealthOptions, type LayerHealth, type PartHealth } from './measure/health.js';
export { healthText } from './measure/health-text.js';
export { detectNans, type NotNumbers } from './measure/nans.js';
export { weightsNorm, type Norm, type Statistics, type WeightNorms, type WeightsNormOptions } from './measure/norms.js';
export { trackWeights, WeightTracker, type TrackWeightsOptions } from './measure/track-weights.js';
export { gateSaturation, type GateSaturation, type SaturationOptions } from './measure/saturation.js';

export { beside, features0D, features1D, features2D, featuresHist } from './paint/features.js';
export { featuresHistGrid, rnnHeatmap, rnnHistogram, saturationPlot } from './paint/weights.js';
export { trackedWeights } from './paint/tracked-weights.js';
export { Drawing, type CanvasLike } from './paint/drawing.js';
export type { Figure } from './figures/figure.js';

export { report, Report, type ReportOptions } from './report/report.js';
export type { ReportContent } from './report/content.js';

// Here alone all rooms are known: models come before what reads them.
readTfjsModels();
