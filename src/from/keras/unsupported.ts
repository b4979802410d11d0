import { SeeRnnError } from '../../core/errors.js';
import { shown } from '../../core/options.js';
import { isObject, type JsonObject } from '../../files/json.js';

/**
 * Refuses what any layer of Keras 3 may have been made into: what it computes, or how its weights are stored, is then not what its other options
 * say.
 *
 * @throws SeeRnnError, without a name in front
 */
export function refuseUnsupported(config: JsonObject): void {
  const { lora_rank: rank, quantization_config: quantised, dtype } = config;
  if (rank != null) throw new SeeRnnError(`lora_rank is ${shown(rank)}, which is not supported here: only null is`);
  if (quantised != null || isObject(dtype) && /quantized/i.test(String(dtype['class_name']))) throw new SeeRnnError('is quantised, which is not supported');
}
