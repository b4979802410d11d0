import { END } from './tiles';

export { packStraight, packTransposed } from './pack';
export { addProduct, setProduct } from './tiles';
export { packColumns, packRows, panelRows } from './panels';
export { addToWindows, packWindows, readWindows } from './windows';
export { addToWeighedWindows, addToWeights, weighWindows } from './depthwise';
export { addToMaxOfWindows, addToMeanOfWindows, maxOfWindows, meanOfWindows } from './pooling';
export { forward, readRows } from './forward';
export { addSums, backward, inputGradient, readColumns, weightGradients } from './backward';

/** The first address that nothing of this module lies at. */
export function heapBase(): usize {
  return END;
}
