import { zipSync } from 'fflate';
import { groupAt, hdf5File, putNumbers, putText, type Group, type Layout, type Numbers } from './hdf5.js';

/** Variables by the path of the object that has them: `layers/lstm/cell` -> kernel, recurrent kernel, bias. */
export type Store = Readonly<Record<string, readonly Numbers[]>>;

export interface StoreOptions {
  /** The objects' own names, by their paths: Keras 3.5 and newer write them. */
  readonly names?: Readonly<Record<string, string>>;
  readonly layout?: Layout;
  /** Anything more. */
  readonly also?: (root: Group) => void;
}

/** A `.weights.h5` of Keras 3, and of tf.keras 2.12 to 2.15 with `_layer_checkpoint_dependencies` among the paths. */
export function kerasStore(store: Store, options: StoreOptions = {}): Promise<Uint8Array> {
  return hdf5File((root) => {
    for (const path of new Set([...Object.keys(store), ...Object.keys(options.names ?? {})])) {
      const vars = groupAt(root, `${path}/vars`);
      const name = options.names?.[path];
      if (name !== undefined) putText(vars, 'name', name, 'variable');
      for (const [i, numbers] of (store[path] ?? []).entries()) putNumbers(vars, String(i), numbers);
    }
    options.also?.(root);
  }, options.layout);
}

export interface ZipOptions extends StoreOptions {
  readonly kerasVersion?: string;
  /** Pack the members. Keras does not. */
  readonly packed?: boolean;
  /** Other members, or others' contents; null leaves one out. */
  readonly members?: Readonly<Record<string, Uint8Array | string | null>>;
}

/**
 * A `.keras` file.
 *
 * @param config with `class_name`, `config` and, where it was compiled, `compile_config`
 */
export async function kerasZip(config: object, store: Store, options: ZipOptions = {}): Promise<Uint8Array> {
  const members: Record<string, Uint8Array | string | null> = {
    'metadata.json': JSON.stringify({ keras_version: options.kerasVersion ?? '3.8.0', date_saved: '2025-01-01@00:00:00' }),
    'config.json': JSON.stringify(config),
    'model.weights.h5': await kerasStore(store, options),
    ...options.members,
  };
  const held = Object.entries(members).flatMap(([name, contents]) => (contents === null ? [] : [[name, typeof contents === 'string' ? new TextEncoder().encode(contents) : contents] as const]));
  return zipSync(Object.fromEntries(held), { level: options.packed ? 6 : 0, mtime: new Date(1980, 0, 1) });
}
