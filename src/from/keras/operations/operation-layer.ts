import { SeeRnnError } from '../../../core/errors.js';
import type { Dialect } from '../dialect.js';
import type { Config } from '../config-reader.js';
import type { KerasLayer } from '../layers/keras-layer.js';

/** What an operation is made from: as the file has it. */
export interface OperationOptions { readonly name: string; readonly className: string; readonly module: string | null; readonly config: Config; readonly dialect: Dialect }

/** A call of `keras.ops`, of an operator, or of one of TensorFlow's functions, as a layer. Nodes give its arguments as their options. */
export function operationLayer({ className }: OperationOptions): KerasLayer {
  throw new SeeRnnError(`the operation ${className} is not supported`);
}
