import { SeeRnnError } from '../../../core/errors.js';
import { nearest } from '../../../core/nearest.js';
import { shown } from '../../../core/options.js';
import { nameText } from '../../../core/printable.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import { Tensor } from '../../../graph/tensor.js';
import type { Config } from '../config-reader.js';
import type { Dialect } from '../dialect.js';
import { KerasLayer } from '../layers/keras-layer.js';
import { Arguments } from './arguments.js';
import { KERAS_OPERATIONS } from './keras3/table.js';
import type { KerasOperation, OperationTable } from './operation.js';
import type { CallArguments } from './slot.js';
import { currentArguments, functionName, TENSORFLOW_FUNCTIONS } from './tensorflow/table.js';

/** What an operation is made from: as the file has it. */
export interface OperationOptions { readonly name: string; readonly className: string; readonly module: string | null; readonly config: Config; readonly dialect: Dialect }

/**
 * A call of `keras.ops`, of an operator, or of one of TensorFlow's functions, as a layer. Nodes give its arguments as their options.
 *
 * @throws SeeRnnError, without the layer's name in front, for an operation that is not known here
 */
export function operationLayer({ name, className, config, dialect }: OperationOptions): KerasLayer {
  const options = { name, className, config, dialect, held: {} };
  if (className !== 'TFOpLambda' && className !== 'SlicingOpLambda') return new OperationLayer(options, known(KERAS_OPERATIONS, className, className), false);
  const symbol = config['function'];
  if (typeof symbol !== 'string') throw new SeeRnnError(`expected the name of a function of TensorFlow, found ${shown(symbol)}`);
  return new OperationLayer(options, known(TENSORFLOW_FUNCTIONS, functionName(symbol), `tf.${symbol}`), true);
}

function known(table: OperationTable, name: string, full: string): KerasOperation {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found) return found;
  const near = nearest(name, Object.keys(table));
  throw new SeeRnnError(`the operation ${nameText(full)} is not supported${near === undefined ? '' : ` (${near} is)`}`);
}

/** An operation as a layer: it has no weights, and no masks go with what it gives. */
class OperationLayer extends KerasLayer {
  constructor(options: ConstructorParameters<typeof KerasLayer>[0], private readonly operation: KerasOperation, private readonly ofTensorFlow: boolean) { super(options); }

  protected override compute({ inputs, options }: LayerInputs, { isAbstract = false }: Context): Tensor | readonly Tensor[] {
    const { args, kwargs } = options as unknown as CallArguments;
    const call = { args, kwargs: this.ofTensorFlow ? currentArguments(kwargs) : kwargs };
    const computed = this.operation.compute(new Arguments(this.operation.names, call, this.ofTensorFlow ? {} : this.config, inputs, isAbstract));
    return Array.isArray(computed) ? computed.map((one: Tensor) => fresh(one, inputs)) : fresh(computed as Tensor, inputs);
  }
}

/** What is handed through is a tensor of its own: it knows of no logits. */
const fresh = (tensor: Tensor, inputs: readonly Tensor[]): Tensor => (inputs.includes(tensor) ? new Tensor(tensor.numbers, tensor.shape, tensor.dtype, tensor.tape, tensor.slot) : tensor);
