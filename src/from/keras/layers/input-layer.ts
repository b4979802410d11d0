import { SeeRnnError } from '../../../core/errors.js';
import type { JsonValue } from '../../../files/json.js';
import type { OpenForm } from '../../../graph/infer.js';
import type { Dtype, Tensor } from '../../../graph/tensor.js';
import { batchShape } from '../values.js';
import { KerasLayer, type LayerTable } from './keras-layer.js';

/** What a model is fed with: its shape and the kind of its numbers. */
export class InputLayer extends KerasLayer {
  /** @throws SeeRnnError where the file gives no shape, or wants what can't be fed */
  get form(): OpenForm {
    for (const key of ['sparse', 'ragged']) this.read.refuse(key, (value) => value === false, 'only dense inputs are supported');
    const shape = this.config['batch_shape'] ?? this.config['batch_input_shape'];
    if (shape == null) throw this.fail("expected a shape 'batch_shape' or 'batch_input_shape', found none");
    try {
      return { shape: batchShape(shape as JsonValue), dtype: dtypeOf(this.config['dtype']) };
    } catch (error) {
      throw error instanceof SeeRnnError ? this.fail(error.message) : error;
    }
  }

  protected override compute(): Tensor { throw new Error('an input is fed, not called'); }
}

/**
 * What kind of numbers a layer's `dtype` means: whole ones stay so, all others are real.
 *
 * @throws SeeRnnError, without a name in front, for text
 */
export function dtypeOf(value: unknown): Dtype {
  const config = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['config'] : undefined;
  const policy = typeof config === 'object' && config !== null ? (config as Record<string, unknown>)['name'] : value;
  if (policy === 'string') throw new SeeRnnError('takes strings, which is not supported: expected numbers');
  if (policy === 'bool') return 'bool';
  return typeof policy === 'string' && /^u?int\d+$/.test(policy) ? 'int' : 'float';
}

export const inputLayers: LayerTable = { InputLayer: (options) => new InputLayer(options) };
