/** What layers and losses of one's own are made of: functions of tensors, each with its gradient. */

export { activate, relu, sigmoid, tanh } from './activation.js';
export { argmax, argmin, cumprod, cumsum } from './along.js';
export { add, arctan2, divide, floorDivide, maximum, minimum, mod, multiply, power, squaredDifference, subtract } from './arithmetic.js';
export { cast } from './cast.js';
export { clip } from './clip.js';
export { equal, greater, greaterEqual, isFinite, isInf, isNan, less, lessEqual, logicalAnd, logicalNot, logicalOr, logicalXor, notEqual } from './comparison.js';
export { convolve, convolveTransposed } from './convolution.js';
export { einsum } from './einsum.js';
export { embed, gather, oneHot, takeAlongAxis } from './gathering.js';
export { concatenate, split, stack, unstack } from './joining.js';
export { dot, matmul, tensordot } from './matmul.js';
export { averagePool, maxPool } from './pooling.js';
export { all, any, logSumExp, max, mean, min, norm, prod, std, sum, variance } from './reductions.js';
export { where } from './select.js';
export { broadcastTo, diagonal, expandDims, moveAxis, reshape, squeeze, swapAxes, transpose } from './shaping.js';
export { flip, pad, repeat, roll, slice, tile } from './slicing.js';
export { logSoftmax, softmax } from './softmax.js';
export { sort, topK } from './sorting.js';
export { abs, arccos, arccosh, arcsin, arcsinh, arctan, arctanh, ceil, cos, cosh, erf, exp, expm1, floor, log, log10, log1p, log2, negative, reciprocal, round, rsqrt, sign, sin, sinh, sqrt, square, tan, trunc } from './unary.js';
