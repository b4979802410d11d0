import { SeeRnnError } from '../../../core/errors.js';
import { nearest } from '../../../core/nearest.js';
import { printable } from '../../../core/printable.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { Tensor } from '../../../graph/tensor.js';
import type { Config } from '../config-reader.js';
import type { Dialect } from '../dialect.js';
import { KerasLayer } from '../layers/keras-layer.js';
import { Arguments } from './arguments.js';
import { KERAS_OPERATIONS } from './keras3/table.js';
import type { KerasOperation } from './operation.js';
import type { CallArguments } from './slot.js';

/** What an operation is made from: as the file has it. */
export interface OperationOptions { readonly name: string; readonly className: string; readonly module: string | null; readonly config: Config; readonly dialect: Dialect }

/**
 * A call of `keras.ops`, of an operator, or of one of TensorFlow's functions, as a layer. Nodes give its arguments as their options.
 *
 * @throws SeeRnnError, without the layer's name in front, for an operation that is not known here
 */
export function operationLayer({ name, className, config, dialect }: OperationOptions): KerasLayer {
  const known = Object.hasOwn(KERAS_OPERATIONS, className) ? KERAS_OPERATIONS[className] : undefined;
  if (!known) {
    const near = nearest(className, Object.keys(KERAS_OPERATIONS));
    throw new SeeRnnError(`the operation ${printable(className)} is not supported${near === undefined ? '' : ` (${near} is)`}`);
  }
  return new OperationLayer({ name, className, config, dialect, held: {} }, known);
}

/** An operation as a layer: it has no weights, and no masks go with what it gives. */
class OperationLayer extends KerasLayer {
  constructor(options: ConstructorParameters<typeof KerasLayer>[0], private readonly operation: KerasOperation) { super(options); }

  protected override compute({ inputs, options }: LayerInputs, { isAbstract = false }: Context): Tensor | readonly Tensor[] {
    const given = new Arguments(this.operation.names, options as unknown as CallArguments, this.config, inputs, isAbstract);
    const computed = this.operation.compute(given);
    return Array.isArray(computed) ? computed.map((one: Tensor) => fresh(one, inputs)) : fresh(computed as Tensor, inputs);
  }
}

/** What is handed through is a tensor of its own: it knows of no logits. */
const fresh = (tensor: Tensor, inputs: readonly Tensor[]): Tensor => (inputs.includes(tensor) ? new Tensor(tensor.numbers, tensor.shape, tensor.dtype, tensor.tape, tensor.slot) : tensor);
