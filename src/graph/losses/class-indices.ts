import { SeeRnnError } from '../../core/errors.js';
import type { Tensor } from '../tensor.js';

/** @throws SeeRnnError where an index is not one of the classes: TensorFlow takes a fraction for the class below it */
export function requireClasses({ numbers }: Tensor, classes: number): void {
  const wrong = numbers?.find((value) => !(Number.isInteger(value) && value >= 0 && value < classes));
  if (wrong !== undefined) throw new SeeRnnError(`expected class indices from 0 to ${classes - 1}, found ${wrong}`);
}
