import { SeeRnnError } from '../../../core/errors.js';
import { shown } from '../../../core/options.js';
import { nameText } from '../../../core/printable.js';
import type { Context } from '../../../graph/context.js';
import type { LayerInputs } from '../../../graph/layer.js';
import type { Tensor } from '../../../graph/tensor.js';
import type { Config } from '../config-reader.js';
import type { Dialect } from '../dialect.js';
import type { JsonValue } from '../../../files/json.js';
import { KerasLayer } from '../layers/keras-layer.js';
import { unwrapped } from '../values.js';
import { Arguments } from './arguments.js';
import { KERAS_OPERATIONS } from './keras3/table.js';
import type { KerasOperation, OperationTable } from './operation.js';
import { REFUSED } from './refused.js';
import { Slot, type CallArguments } from './slot.js';
import { nodeDefinition, type NodeDefinition } from './tensorflow/node-definition.js';
import { graphOp } from './tensorflow/ops.js';
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
  if (className === 'TensorFlowOpLayer') return new GraphOpLayer(options, nodeDefinition(config['node_def']));
  if (className === 'ClassMethod' || className === 'InstanceMethod' || className === 'InstanceProperty') throw new SeeRnnError('ragged and sparse tensors are not supported');
  if (className !== 'TFOpLambda' && className !== 'SlicingOpLambda') return new OperationLayer(options, known(KERAS_OPERATIONS, className, className), false);
  const symbol = config['function'];
  if (typeof symbol !== 'string') throw new SeeRnnError(`expected the name of a function of TensorFlow, found ${symbol === undefined ? 'nothing' : shown(symbol)}`);
  return new OperationLayer(options, known(TENSORFLOW_FUNCTIONS, functionName(symbol), `tf.${symbol}`), true);
}

function known(table: OperationTable, name: string, full: string): KerasOperation {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found) return found;
  const why = Object.hasOwn(REFUSED, name) ? `: ${REFUSED[name]}` : '';
  throw new SeeRnnError(`the operation ${nameText(full)} is not supported${why}`);
}

/**
 * An operation as a layer: it has no weights, and no masks go with what it gives. But what is handed through as it is, as a cast to the number
 * type that a tensor has already, is the very same tensor: its mask and its logits stay with it.
 */
class OperationLayer extends KerasLayer {
  readonly isOperation = true;

  constructor(options: ConstructorParameters<typeof KerasLayer>[0], private readonly operation: KerasOperation, private readonly ofTensorFlow: boolean) { super(options); }

  protected override compute({ inputs, options }: LayerInputs, { isAbstract = false }: Context): Tensor | readonly Tensor[] {
    const { args, kwargs } = options as unknown as CallArguments;
    const call = { args, kwargs: this.ofTensorFlow ? currentArguments(kwargs) : kwargs };
    return sized(() => this.operation.compute(new Arguments(this.operation.names, call, this.ofTensorFlow ? {} : this.config, inputs, isAbstract)));
  }

  protected override masksOf({ inputs, masks }: LayerInputs, outputs: readonly Tensor[]): readonly (Tensor | null)[] {
    return outputs.map((output) => masks[inputs.indexOf(output)] ?? null);
  }
}

/** An op of TensorFlow's graph as a layer: what it reads beside tensors of the model it holds itself, by position. */
class GraphOpLayer extends KerasLayer {
  readonly isOperation = true;
  private readonly op: ReturnType<typeof graphOp>;
  private readonly constants: ReadonlyMap<number, unknown>;

  constructor(options: ConstructorParameters<typeof KerasLayer>[0], node: NodeDefinition) {
    super(options);
    this.op = graphOp(node);
    const { constants } = options.config;
    this.constants = new Map(typeof constants === 'object' && constants !== null ? Object.entries(constants).map(([index, value]) => [Number(index), unwrapped(value as JsonValue)]) : []);
  }

  protected override compute({ inputs }: LayerInputs, { isAbstract = false }: Context): Tensor | readonly Tensor[] {
    const slots = inputs.map((_, i) => new Slot(i)).values();
    const all = Array.from({ length: inputs.length + this.constants.size }, (_, i) => (this.constants.has(i) ? this.constants.get(i) : slots.next().value));
    const { operation, call } = this.op;
    return sized(() => operation.compute(new Arguments(operation.names, call(all), {}, inputs, isAbstract)));
  }
}

/** Sizes that a file asks for may be any: those that no array can have are told by name, before anything runs as well. */
function sized<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError && /array/i.test(error.message)) throw new SeeRnnError('needs arrays larger than fit in memory', { cause: error });
    throw error;
  }
}
