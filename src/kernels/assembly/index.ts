export { packStraight, packTransposed } from './pack';
export { addProduct } from './tiles';

/** The first address that nothing of this module lies at. */
export function heapBase(): usize {
  return __heap_base;
}
