import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Layer } from '../internals.js';

/** What TF.js takes for a name: its tensors are called after their layers. */
const VALID = /^[A-Za-z0-9][-A-Za-z0-9._/]*$/;

/**
 * Names for layers while they are built. Keras allows more in a name than TF.js: a layer is built under one that TF.js takes, and gets its
 * own back when the model stands.
 */
export class TfjsNames {
  private readonly given = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly renamed: [Layer | LayersModel, string][] = [];

  /** The name to build a layer under: its own where that will do. */
  for(name: string): string {
    if (VALID.test(name)) return name;
    const known = this.given.get(name);
    if (known !== undefined) return known;
    const plain = `layer_${name.replace(/[^-A-Za-z0-9._]/g, '_')}`;
    let made = plain;
    for (let i = 2; this.taken.has(made); i++) made = `${plain}_${i}`;
    this.taken.add(made);
    this.given.set(name, made);
    return made;
  }

  /** Remembers whose name a layer is to get back. */
  built(layer: Layer | LayersModel, name: string): void {
    if (!VALID.test(name)) this.renamed.push([layer, name]);
  }

  restore(): void {
    for (const [layer, name] of this.renamed) layer.name = name;
  }
}
