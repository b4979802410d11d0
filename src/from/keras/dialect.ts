/** Which Keras a layer is to behave as: they differ in activations, masks, defaults and losses. */
export interface Dialect {
  readonly kerasMajor: 1 | 2 | 3;
  /** As a file has it: `2.0.5`, `2.2.4-tf`, `3.9.2`; null where nobody says. Standalone Keras up to 2.3 treats masked steps otherwise than tf.keras. */
  readonly kerasVersion: string | null;
  /** Whether TF.js's definitions count where they differ from those of Keras 2: a live TF.js model computes what TF.js would. */
  readonly tfjs: boolean;
}

/** What layers behave as where nobody says. */
export const KERAS_3: Dialect = { kerasMajor: 3, kerasVersion: null, tfjs: false };

/** Keras before it became a part of TensorFlow: 1.x, and 2.0 to 2.3 without `-tf`. */
export const isStandalone = ({ kerasMajor, kerasVersion, tfjs }: Dialect): boolean =>
  !tfjs && (kerasMajor === 1 || (kerasMajor === 2 && /^2\.[0-3](\.\d+)*$/.test(kerasVersion ?? '')));

/** Whether it is this release of Keras or a later one, as `since(dialect, '3.9')`; the newest of its generation where nobody says. TF.js's layers are Keras 2's of 2018. */
export function since({ kerasMajor, kerasVersion, tfjs }: Dialect, release: string): boolean {
  const [major, minor] = numbers(release);
  if (kerasMajor !== major) return kerasMajor > major;
  const found = /^\d+\.\d+/.test(kerasVersion ?? '') ? numbers(kerasVersion!)[1] : tfjs ? 2 : Infinity;
  return found >= minor;
}

const numbers = (version: string): [major: number, minor: number] => {
  const [major, minor] = version.split('.').map((part) => parseInt(part, 10));
  return [major!, minor ?? 0];
};
