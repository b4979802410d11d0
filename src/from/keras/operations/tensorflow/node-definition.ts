import { SeeRnnError } from '../../../../core/errors.js';
import { shown } from '../../../../core/options.js';

/** An op of a graph of TensorFlow's: what a TensorFlowOpLayer holds. */
export interface NodeDefinition {
  /** Its kind: `AddV2`, `StridedSlice`. */
  readonly op: string;
  /** How many inputs it has, constants among them. */
  readonly inputs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a `node_def` as tf.keras wrote it: as an object from 2.1 on, before that as the protocol buffer's bytes, taken for text.
 *
 * @throws SeeRnnError where it is neither
 */
export function nodeDefinition(value: unknown): NodeDefinition {
  const node = typeof value === 'string' ? fromBytes(new TextEncoder().encode(value)) : isFields(value) ? fromObject(value) : null;
  if (!node) throw new SeeRnnError(`expected the definition of an op of TensorFlow in 'node_def', found ${shown(value)}`);
  return node;
}

function fromObject({ op, input, attr }: Fields): NodeDefinition | null {
  if (typeof op !== 'string') return null;
  const attributes = Object.entries(isFields(attr) ? attr : {}).filter(([key]) => key !== '__proto__');
  return { op, inputs: Array.isArray(input) ? input.length : 0, attributes: Object.fromEntries(attributes.map(([key, held]) => [key, attributeIn(held)])) };
}

/** An attribute, of whichever type. Protocol buffers write whole numbers of 64 bits as text in JSON, and bytes in base 64. */
function attributeIn(value: unknown): unknown {
  if (!isFields(value)) return null;
  const { i, f, b, s, type, list } = value;
  if (i !== undefined) return Number(i);
  if (f !== undefined) return Number(f);
  if (b !== undefined) return b;
  if (typeof s === 'string') return decoded(s);
  if (type !== undefined) return type;
  if (!isFields(list)) return null;
  const held = Object.values(list).find(Array.isArray) as readonly unknown[] | undefined;
  return list['i'] === undefined ? held ?? [] : (held ?? []).map(Number);
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return base64;
  }
}

/** The wire format of protocol buffers, as far as it goes here: fields in order, each a number with its wire type, then a value. */
class Wire {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean { return this.at >= this.bytes.length; }

  /** The next field. Fixed numbers come as bytes, all others as a number. */
  next(): { field: number; value: number | Uint8Array } {
    const key = this.varint();
    const [field, type] = [Math.floor(key / 8), key % 8];
    if (type === 0) return { field, value: this.varint() };
    return { field, value: this.take(type === 1 ? 8 : type === 5 ? 4 : type === 2 ? this.varint() : NaN) };
  }

  varint(): number {
    let [value, factor] = [0, 1];
    for (let n = 0; n < 10; n++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      factor *= 128;
      // Negative numbers take ten bytes, of two's complement.
      if (byte < 0x80) return n === 9 ? value - 2 ** 64 : value;
    }
    throw tooShort();
  }

  private take(length: number): Uint8Array {
    if (!(length <= this.bytes.length - this.at)) throw tooShort();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

const tooShort = (): SeeRnnError => new SeeRnnError('\'node_def\' is no definition of an op of TensorFlow: it ends too early');
const text = (value: number | Uint8Array): string => (typeof value === 'number' ? String(value) : new TextDecoder().decode(value));
const TYPES: Readonly<Record<number, string>> = { 1: 'DT_FLOAT', 2: 'DT_DOUBLE', 3: 'DT_INT32', 4: 'DT_UINT8', 5: 'DT_INT16', 6: 'DT_INT8', 9: 'DT_INT64', 10: 'DT_BOOL', 14: 'DT_BFLOAT16', 19: 'DT_HALF' };

function fields(bytes: Uint8Array): { field: number; value: number | Uint8Array }[] {
  const wire = new Wire(bytes);
  const found = [];
  while (!wire.done) found.push(wire.next());
  return found;
}

/** NodeDef: name 1, op 2, input 3, device 4, attr 5. */
function fromBytes(bytes: Uint8Array): NodeDefinition | null {
  const all = fields(bytes);
  const op = all.find(({ field }) => field === 2);
  if (!op) return null;
  const attributes = all.filter(({ field, value }) => field === 5 && typeof value !== 'number').map(({ value }): [string, unknown] => {
    const entry = fields(value as Uint8Array);
    const held = entry.find(({ field }) => field === 2)?.value;
    return [text(entry.find(({ field }) => field === 1)?.value ?? 0), held === undefined || typeof held === 'number' ? null : attributeValue(fields(held))];
  });
  return { op: text(op.value), inputs: all.filter(({ field }) => field === 3).length, attributes: Object.fromEntries(attributes.filter(([key]) => key !== '__proto__')) };
}

/** AttrValue: list 1, s 2, i 3, f 4, b 5, type 6. */
function attributeValue(all: readonly { field: number; value: number | Uint8Array }[]): unknown {
  const [first] = all;
  if (!first) return null;
  const { field, value } = first;
  if (field === 2) return text(value);
  if (field === 3) return value;
  if (field === 4) return floatIn(value);
  if (field === 5) return value === 1;
  if (field === 6) return TYPES[value as number] ?? 'DT_INVALID';
  return field === 1 && typeof value !== 'number' ? listIn(value) : null;
}

const floatIn = (value: number | Uint8Array): number => (typeof value === 'number' ? value : new DataView(value.buffer, value.byteOffset, 4).getFloat32(0, true));

/** ListValue: i 3. Whole numbers come one by one, or several in a row. */
function listIn(bytes: Uint8Array): number[] {
  return fields(bytes).flatMap(({ field, value }) => {
    if (field !== 3) return [];
    if (typeof value === 'number') return [value];
    const wire = new Wire(value);
    const row: number[] = [];
    while (!wire.done) row.push(wire.varint());
    return row;
  });
}
