/** One weight, and how its numbers are stored. */
export interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  readonly dtype?: string;
  /** Its bytes, where they are not `data` as float32. */
  readonly bytes?: Uint8Array;
  readonly quantization?: object;
}

export interface TfjsOptions {
  readonly shardBytes?: number;
  readonly training?: object;
  /** Anything more at the top of model.json, or in place of what is there. */
  readonly also?: object;
}

/** A TF.js layers model: its model.json and its shards by name. */
export function tfjsFiles(topology: object, weights: readonly TfjsWeight[], options: TfjsOptions = {}): Map<string, Uint8Array> {
  const parts = weights.map(({ bytes, data }) => bytes ?? new Uint8Array(Float32Array.from(data).buffer));
  const all = Uint8Array.from(parts.flatMap((part) => [...part]));
  const shardBytes = options.shardBytes ?? Math.max(1, all.length);
  const count = Math.max(1, Math.ceil(all.length / shardBytes));
  const shards = Array.from({ length: count }, (_, i) => [`group1-shard${i + 1}of${count}.bin`, all.slice(i * shardBytes, (i + 1) * shardBytes)] as const);
  const json = {
    format: 'layers-model', generatedBy: 'TensorFlow.js tfjs-layers v4.22.0', convertedBy: null,
    modelTopology: topology,
    ...(options.training ? { trainingConfig: options.training } : {}),
    weightsManifest: [{
      paths: shards.map(([name]) => name),
      weights: weights.map(({ name, shape, dtype = 'float32', quantization }) => ({ name, shape, dtype, ...(quantization ? { quantization } : {}) })),
    }],
    ...options.also,
  };
  return new Map([['model.json', new TextEncoder().encode(JSON.stringify(json))], ...shards]);
}

/** The same files as a person drops them on a page. */
export const asFiles = (files: ReadonlyMap<string, Uint8Array>): File[] => [...files].map(([name, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], name));
