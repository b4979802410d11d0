import { SeeRnnError } from '../core/errors.js';
import { limits } from './limits.js';

/** A value as JSON has it. Numbers may be NaN or infinite: Keras, as Python's JSON does, writes those. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** An object as JSON has it. */
export interface JsonObject { readonly [key: string]: JsonValue }

/** Is it an object, and not a list or null? */
export const isObject = (value: JsonValue | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` are numbers. Size and depth are checked before anything is built.
 *
 * @param what the text, as messages name it: `model.keras: config.json`
 * @throws SeeRnnError where it is no JSON, or beyond the limits
 * @example
 * parseJson('{"epsilon": NaN}', 'config.json') // { epsilon: NaN }
 */
export function parseJson(text: string, what: string): JsonValue {
  if (text.length > limits.jsonBytes) throw new SeeRnnError(`${what}: holds ${text.length} characters of JSON, more than the ${limits.jsonBytes} allowed`);
  const { plain, open } = measured(text, what);
  try {
    return (plain === text ? JSON.parse(text) : JSON.parse(plain, (_, value: unknown) => (value === notANumber ? NaN : value))) as JsonValue;
  } catch (error) {
    // The engines word it each their own way, and quote the text.
    throw new SeeRnnError(`${what}: is no valid JSON${open ? ': it ends too early' : ''}`, { cause: error });
  }
}

/** {@link parseJson}, from UTF-8 bytes. */
export function parseJsonBytes(bytes: Uint8Array, what: string): JsonValue {
  if (bytes.length > limits.jsonBytes) throw new SeeRnnError(`${what}: holds ${bytes.length} bytes of JSON, more than the ${limits.jsonBytes} allowed`);
  return parseJson(new TextDecoder().decode(bytes), what);
}

/** {@link parseJson} where an object is expected. */
export function parseJsonObject(text: string | Uint8Array, what: string): JsonObject {
  const value = typeof text === 'string' ? parseJson(text, what) : parseJsonBytes(text, what);
  if (!isObject(value)) throw new SeeRnnError(`${what}: must be a JSON object, found ${Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`}`);
  return value;
}

// No JSON number is NaN, so it goes through the parser as a string that no text in its right mind holds.
const notANumber = '\u0000see-rnn NaN';

/** Counts brackets and entries, and writes Python's three words so that JSON.parse takes them. `open`: the text ends before its brackets do. */
function measured(text: string, what: string): { plain: string; open: boolean } {
  let depth = 0;
  let values = 0;
  let plain = '';
  let copied = 0;
  let i = 0;
  for (; i < text.length; i++) {
    switch (text[i]) {
      case '"': i = endOfString(text, i); break;
      case '[': case '{':
        if (++depth > limits.jsonDepth) throw new SeeRnnError(`${what}: its JSON is nested more than ${limits.jsonDepth} deep`);
        values++;
        break;
      case ']': case '}': depth--; break;
      case ',': values++; break;
      case 'N': case 'I': {
        const word = text.startsWith('NaN', i) ? 'NaN' : text.startsWith('Infinity', i) ? 'Infinity' : null;
        if (word === null) break; // JSON.parse will say so
        // 1e999 is beyond the greatest float64: it reads as infinity.
        plain += text.slice(copied, i) + (word === 'NaN' ? JSON.stringify(notANumber) : '1e999');
        copied = i + word.length;
        i = copied - 1;
        break;
      }
    }
    if (values > limits.jsonValues) throw new SeeRnnError(`${what}: its JSON holds more than ${limits.jsonValues} values`);
  }
  return { plain: copied === 0 ? text : plain + text.slice(copied), open: depth > 0 || i > text.length };
}

/** Where the string that begins at `start` ends; beyond the text where it does not. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}
