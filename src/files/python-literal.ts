import { SeeRnnError } from '../core/errors.js';
import { shown } from '../core/options.js';

/** A value written in Python's syntax: tuples and lists are told apart, since `(3,)` is a shape and `[3]` is none. */
export type Literal =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Literal[] }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Literal> };

// Deeper nesting than any array's description has; bounds the recursion on a file made to exhaust the stack.
const deepest = 32;

/**
 * Reads the little of Python's literal syntax that array headers are written in: strings without escapes, whole
 * numbers (a trailing `L`, as Python 2 wrote, is dropped), True, False, None, tuples, lists, and dicts with strings
 * for keys. Nothing is evaluated.
 *
 * @throws SeeRnnError saying what was expected at which character
 */
export function parseLiteral(text: string): Literal {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): Literal {
    if (depth > deepest) throw new SeeRnnError(`nested more than ${deepest} deep`);
    const c = this.peek();
    if (c === '{') return this.dict(depth);
    if (c === '(' || c === '[') return this.sequence(depth);
    if (c === "'" || c === '"') return { kind: 'string', value: this.string() };
    const word = this.match(/[A-Za-z]+/y);
    if (word === 'True' || word === 'False') return { kind: 'boolean', value: word === 'True' };
    if (word === 'None') return { kind: 'none' };
    if (word !== null) this.fail('a value', word.length);
    const digits = this.match(/[+-]?[0-9]+/y);
    if (digits === null) this.fail('a value');
    this.match(/L/y);
    return { kind: 'integer', value: Number(digits) + 0 }; // + 0: of -0 makes 0
  }

  end(): void {
    if (this.peek() !== '') this.fail('the end');
  }

  private dict(depth: number): Literal {
    const entries = new Map<string, Literal>();
    this.expect('{');
    while (this.peek() !== '}') {
      if (this.peek() !== "'" && this.peek() !== '"') this.fail('a key in quotes');
      const key = this.string();
      if (entries.has(key)) throw new SeeRnnError(`key ${shown(key)} occurs twice`);
      this.expect(':');
      entries.set(key, this.value(depth + 1));
      if (this.peek() !== '}') this.expect(',');
    }
    this.expect('}');
    return { kind: 'dict', entries };
  }

  private sequence(depth: number): Literal {
    const close = this.peek() === '(' ? ')' : ']';
    const items: Literal[] = [];
    let commas = 0;
    this.at++;
    while (this.peek() !== close) {
      items.push(this.value(depth + 1));
      if (this.peek() !== close) {
        this.expect(',');
        commas++;
      }
    }
    this.expect(close);
    if (close === ')' && items.length === 1 && commas === 0) return items[0]; // brackets around a value: no tuple
    return { kind: close === ')' ? 'tuple' : 'list', items };
  }

  private string(): string {
    const quote = this.peek();
    const end = this.text.indexOf(quote, this.at + 1);
    if (end < 0) this.fail(`a closing ${quote}`, 0, this.text.length);
    const value = this.text.slice(this.at + 1, end);
    if (/[\\\n]/.test(value)) throw new SeeRnnError(`a string with an escape or a line break (character ${this.at}) is not supported`);
    this.at = end + 1;
    return value;
  }

  /** The next character that is no space, or nothing at the end. */
  private peek(): string {
    while (/[ \t\r\n]/.test(this.text.charAt(this.at))) this.at++;
    return this.text.charAt(this.at);
  }

  private expect(c: string): void {
    if (this.peek() !== c) this.fail(`'${c}'`);
    this.at++;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  private fail(expected: string, back = 0, at = this.at - back): never {
    const found = at < this.text.length ? shown(this.text.slice(at, at + Math.max(1, back))) : 'the end';
    throw new SeeRnnError(`expected ${expected} at character ${at}, found ${found}`);
  }
}
