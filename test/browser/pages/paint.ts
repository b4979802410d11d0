import type { Figure } from '../../../src/figures/figure.js';
import { Drawing } from '../../../src/paint/drawing.js';

// Pictures go out as PNG files in base64: as lists of numbers they take seconds.

/** The figure's PNG file, as the browser makes it. */
export const png = async (figure: Figure): Promise<string> => base64(await new Drawing(figure).png());

export const svg = (figure: Figure): string => new Drawing(figure).svg();

/** Draws on a canvas element and says what became of it. */
export async function drawOn(figure: Figure): Promise<{ style: string; png: string; fonts: string[] }> {
  const canvas = document.createElement('canvas');
  document.body.append(canvas);
  await new Drawing(figure).drawOn(canvas);
  const fonts = [...document.fonts].map((face) => `${face.family} ${face.weight} ${face.status}`);
  return { style: canvas.style.cssText, png: canvas.toDataURL('image/png').replace(/^.*,/, ''), fonts };
}

/** An SVG as the browser reads and draws it: the fault it finds, if any, and the picture. */
export async function showSvg(text: string): Promise<{ fault: string | null; png: string }> {
  const fault = new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent ?? null;
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d')!.drawImage(image, 0, 0);
  return { fault, png: base64(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())) };
}

/** What an attempt at a PDF ends with. */
export const pdf = async (figure: Figure): Promise<string> => new Drawing(figure).pdf().then(() => 'made', (error: unknown) => String(error));

export const save = async (figure: Figure, path: string): Promise<void> => new Drawing(figure).save(path);

const base64 = (bytes: Uint8Array): string => btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(''));
