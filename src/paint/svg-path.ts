/** A number with at most two decimals, as short as it goes: `.5`, `-3`, `12.25`. */
export const decimal = (value: number): string => hundredths(Math.round(value * 100));

// By whole numbers: a figure holds hundreds of thousands of them.
function hundredths(count: number): string {
  const size = Math.abs(count);
  const whole = Math.floor(size / 100);
  const part = size - 100 * whole;
  const sign = count < 0 ? '-' : '';
  if (part === 0) return sign + String(whole);
  const digits = part % 10 === 0 ? String(part / 10) : part < 10 ? `0${part}` : String(part);
  return `${sign}${whole === 0 ? '' : String(whole)}.${digits}`;
}

/**
 * The `d` attribute of an SVG path, written as it is drawn: relative steps in whole hundredths. Steps are taken from
 * the rounded position, so rounding errors do not add up.
 */
export class SvgPath {
  #data: string[] = [];
  // In hundredths: where the pen is, and where the current outline began.
  #x = 0;
  #y = 0;
  #startX = 0;
  #startY = 0;
  #command = '';
  #drawn = false;
  #upright = true;

  /** Whether nothing has been drawn: no line, rectangle or circle. */
  get empty(): boolean {
    return !this.#drawn;
  }

  /** Whether it consists of horizontal and vertical lines only. */
  get upright(): boolean {
    return this.#upright;
  }

  get data(): string {
    return this.#data.join('');
  }

  moveTo(x: number, y: number): void {
    const [toX, toY] = [Math.round(x * 100), Math.round(y * 100)];
    this.#write('M', toX, toY);
    this.#startX = this.#x = toX;
    this.#startY = this.#y = toY;
  }

  lineTo(x: number, y: number): void {
    const [toX, toY] = [Math.round(x * 100), Math.round(y * 100)];
    const [dx, dy] = [toX - this.#x, toY - this.#y];
    if (dx === 0 && dy === 0) return;
    if (dy === 0) this.#write('h', dx);
    else if (dx === 0) this.#write('v', dy);
    else {
      this.#write('l', dx, dy);
      this.#upright = false;
    }
    this.#x = toX;
    this.#y = toY;
    this.#drawn = true;
  }

  close(): void {
    this.#write('z');
    this.#x = this.#startX;
    this.#y = this.#startY;
    this.#drawn = true;
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y);
    this.lineTo(x + width, y);
    this.lineTo(x + width, y + height);
    this.lineTo(x, y + height);
    this.close();
  }

  circle(x: number, y: number, radius: number): void {
    const r = Math.round(radius * 100);
    if (this.#x !== Math.round(x * 100) + r || this.#y !== Math.round(y * 100)) this.moveTo((Math.round(x * 100) + r) / 100, y);
    this.#write('a', r, r, 0, 100, 100, -2 * r, 0);
    this.#write('a', r, r, 0, 100, 100, 2 * r, 0);
    this.#drawn = true;
    this.#upright = false;
  }

  /** One command; numbers are in hundredths. A command like the one before needs no letter (but a new outline does). */
  #write(command: string, ...numbers: number[]): void {
    let letter = command !== this.#command || command === 'M';
    for (const number of numbers) {
      const text = hundredths(number);
      this.#data.push(letter ? command + text : text.startsWith('-') ? text : ` ${text}`);
      letter = false;
    }
    if (numbers.length === 0) this.#data.push(command);
    this.#command = command;
  }
}
