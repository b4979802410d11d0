import type { KernelMemory } from './memory.js';

/** The fields of `Pass` in `assembly/pass.ts`, in its order. */
const FIELDS = [
  'kind', 'resetAfter', 'activation', 'recurrentActivation', 'backwards', 'samples', 'steps', 'features', 'units', 'rows', 'chunk', 'keep',
  'x', 'mask', 'initialHidden', 'initialCell', 'kernel', 'recurrent', 'recurrentNew', 'bias',
  'gates', 'hidden', 'cell', 'sequence', 'lanes', 'skipped',
  'dSequence', 'dLastHidden', 'dLastCell', 'recurrentBack', 'recurrentNewBack', 'kernelBack', 'dHidden', 'dCell', 'dProduct', 'activated',
  'totalHidden', 'totalCell', 'flushed', 'dx', 'outer', 'factors', 'adjoints', 'dKernel', 'dRecurrent', 'dBias', 'progress',
] as const;
export type Field = (typeof FIELDS)[number];
export type Fields = Record<Field, number>;

const places = new Map<string, number>(FIELDS.map((name, k) => [name, k]));

/** Samples side by side in the lanes of a block. */
export const LANES = 8;

/** Words that a share takes of the kernels' memory. */
export const SHARE_WORDS = FIELDS.length;

/** The part of a pass that one thread works on: some blocks of samples, and in the kernels' memory what it is told about them. */
export class Share {
  /**
   * @param at where the kernels read the fields
   * @param first its first sample
   */
  constructor(private readonly memory: KernelMemory, readonly at: number, readonly first: number, readonly blocks: number) {
    memory.words.fill(0, at / 4, at / 4 + FIELDS.length);
  }

  get(name: Field): number { return this.memory.words[this.at / 4 + places.get(name)!]!; }

  set(fields: Partial<Fields>): void {
    const { words } = this.memory;
    for (const name in fields) words[this.at / 4 + places.get(name)!] = fields[name as Field]!;
  }

  /** Where the kernels count the steps that are done. */
  get progress(): number { return this.at + 4 * places.get('progress')!; }

  /** The address of this share's samples in an array of all of them, (samples, floats); 0 where there is none. */
  part(array: number, floats: number): number { return array === 0 ? 0 : array + 4 * this.first * floats; }

  /** Bytes of one step's states. */
  get stateBytes(): number { return 4 * LANES * this.blocks * this.get('units'); }
}
