import type { Box } from '../figures/figure.js';
import type { PaintContext, Pixels, VectorTarget } from './context.js';
import { encodePng } from './png-encoder.js';
import { SvgPath, decimal } from './svg-path.js';

/** What save() keeps and restore() brings back. */
interface State {
  fillStyle: string | object;
  strokeStyle: string | object;
  lineWidth: number;
  lineJoin: string;
  lineCap: string;
  globalAlpha: number;
  font: string;
  textAlign: string;
  dash: readonly number[];
  transform: string;
  /** How many groups are open. */
  depth: number;
}

/**
 * Writes the drawing calls it gets as SVG text. The same calls give the same text.
 *
 * Elements of one style that follow each other share a group, and path data is relative and rounded to 1/100, which
 * makes a figure of thousands of lines about as small as its numbers.
 */
export class SvgContext implements PaintContext, VectorTarget {
  /** Mostly looked at on a screen, at its own size. */
  readonly wholeUnits = true;

  fillStyle: string | object = '#000';
  strokeStyle: string | object = '#000';
  lineWidth = 1;
  lineJoin = 'round';
  lineCap = 'butt';
  globalAlpha = 1;
  font = '400 10px sans-serif';
  textAlign = 'left';
  textBaseline = 'alphabetic';

  readonly #width: number;
  readonly #height: number;
  readonly #description: string;
  readonly #lines: string[] = [];
  readonly #clips = new Set<string>();
  readonly #saved: State[] = [];
  #dash: readonly number[] = [];
  #transform = '';
  #depth = 0;
  #path = new SvgPath();
  // Elements of one style, waiting for more of it.
  #runStyle = '';
  #run: [tag: string, rest: string][] = [];

  /** @param description what the image shows, for people who can't see it */
  constructor(width: number, height: number, description: string) {
    this.#width = width;
    this.#height = height;
    this.#description = description;
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, globalAlpha, font, textAlign } = this;
    this.#saved.push({
      fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, globalAlpha, font, textAlign,
      dash: this.#dash, transform: this.#transform, depth: this.#depth,
    });
  }

  restore(): void {
    const state = this.#saved.pop();
    if (state === undefined) return;
    const { dash, transform, depth, ...open } = state;
    Object.assign(this, open);
    this.#dash = dash;
    this.#transform = transform;
    if (depth < this.#depth) this.#endRun();
    for (; this.#depth > depth; this.#depth--) this.#lines.push('</g>');
  }

  translate(x: number, y: number): void {
    this.#transform += `translate(${decimal(x)} ${decimal(y)})`;
  }

  rotate(radians: number): void {
    this.#transform += `rotate(${decimal((radians * 180) / Math.PI)})`;
  }

  beginPath(): void {
    this.#path = new SvgPath();
  }

  moveTo(x: number, y: number): void {
    this.#path.moveTo(x, y);
  }

  lineTo(x: number, y: number): void {
    this.#path.lineTo(x, y);
  }

  closePath(): void {
    this.#path.close();
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path.rect(x, y, width, height);
  }

  /** A whole circle, from its rightmost point; other arcs are not needed here. */
  arc(x: number, y: number, radius: number, from: number, to: number): void {
    if (from !== 0 || to !== 2 * Math.PI) throw new Error('SvgContext.arc draws whole circles only');
    this.#path.circle(x, y, radius);
  }

  clip(): void {
    this.#endRun();
    const data = this.#path.data;
    // The name says all there is to the shape, so that two figures on one page may both define it.
    const name = `see-rnn-clip-${data.replace(/[^\w.-]/g, '_')}`;
    if (!this.#clips.has(name)) {
      this.#clips.add(name);
      this.#lines.push(`<clipPath id="${name}"><path d="${data}"/></clipPath>`);
    }
    this.#lines.push(`<g clip-path="url(#${name})">`);
    this.#depth++;
  }

  fill(): void {
    if (!this.#path.empty) this.#add(this.#fillStyles(), '<path', ` d="${this.#path.data}"/>`);
  }

  stroke(): void {
    if (this.#path.empty) return;
    const style = ['fill="none"', `stroke="${escaped(this.strokeStyle)}"`];
    if (this.lineWidth !== 1) style.push(`stroke-width="${decimal(this.lineWidth)}"`);
    if (this.globalAlpha !== 1) style.push(`stroke-opacity="${decimal(this.globalAlpha)}"`);
    if (this.lineCap !== 'butt') style.push(`stroke-linecap="${this.lineCap}"`);
    if (this.#dash.length > 0) style.push(`stroke-dasharray="${this.#dash.map(decimal).join(' ')}"`);
    if (this.#path.upright) style.push('shape-rendering="crispEdges"');
    else style.push(`stroke-linejoin="${this.lineJoin}"`);
    this.#add(style.join(' '), '<path', ` d="${this.#path.data}"/>`);
  }

  setLineDash(lengths: number[]): void {
    this.#dash = [...lengths];
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const path = new SvgPath();
    path.rect(x, y, width, height);
    this.#add(this.#fillStyles(), '<path', ` d="${path.data}"/>`);
  }

  fillText(text: string, x: number, y: number): void {
    const [weight, size] = /^(\d+) ([\d.]+)px/.exec(this.font)?.slice(1) ?? ['400', '10'];
    const style = [this.#fillStyles(), `font-size="${decimal(Number(size))}"`];
    if (weight !== '400') style.push(`font-weight="${weight}"`);
    if (this.textAlign !== 'left') style.push(`text-anchor="${this.textAlign === 'right' ? 'end' : 'middle'}"`);
    this.#add(style.join(' '), '<text', `${position(x, y)}>${escaped(text)}</text>`);
  }

  /** Shows an image stretched over a box; `hard`: with hard edges between its pixels. */
  placePixels(pixels: Pixels, { x, y, width, height }: Box, hard: boolean): void {
    const size = ` width="${decimal(width)}" height="${decimal(height)}"`;
    const source = `data:image/png;base64,${base64(encodePng(pixels))}`;
    const style = `preserveAspectRatio="none"${hard ? ' image-rendering="pixelated"' : ''}`;
    this.#add(style, '<image', `${position(x, y)}${size} href="${source}"/>`);
  }

  createImageData(): never {
    throw new Error('SvgContext has no pixels; use placePixels');
  }

  putImageData(): never {
    throw new Error('SvgContext has no pixels; use placePixels');
  }

  /** The whole document. Call it once, when all is drawn. */
  finish(): string {
    this.#endRun();
    const [width, height] = [decimal(this.#width), decimal(this.#height)];
    const [title, ...more] = this.#description.split(/(?<=[.!?])\s+/);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"`
        + ' font-family="Inter, \'Helvetica Neue\', Helvetica, Arial, sans-serif" xml:space="preserve">',
      `<title>${escaped(title)}</title>`,
      ...(more.length > 0 ? [`<desc>${escaped(more.join(' '))}</desc>`] : []),
      ...this.#lines,
      '</svg>',
      '',
    ].join('\n');
  }

  #fillStyles(): string {
    const fill = `fill="${escaped(this.fillStyle)}"`;
    return this.globalAlpha === 1 ? fill : `${fill} fill-opacity="${decimal(this.globalAlpha)}"`;
  }

  /** Adds an element: its tag, the attributes it may share with neighbours, and the rest of it. */
  #add(style: string, tag: string, rest: string): void {
    if (style !== this.#runStyle) this.#endRun();
    this.#runStyle = style;
    const transform = this.#transform === '' ? '' : ` transform="${this.#transform}"`;
    this.#run.push([tag + transform, rest]);
  }

  #endRun(): void {
    if (this.#run.length === 1) {
      const [tag, rest] = this.#run[0];
      this.#lines.push(`${tag} ${this.#runStyle}${rest}`);
    } else if (this.#run.length > 1) {
      this.#lines.push(`<g ${this.#runStyle}>`, ...this.#run.map((parts) => parts.join('')), '</g>');
    }
    this.#run = [];
    this.#runStyle = '';
  }
}

const position = (x: number, y: number): string => ` x="${decimal(x)}" y="${decimal(y)}"`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };

/** Text from outside as XML text or attribute. Characters that XML cannot hold become U+FFFD. */
export const escaped = (text: unknown): string => String(text)
  .replace(/[&<>"']/g, (c) => entities[c])
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');

function base64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
