// Writes the Latin part of Inter, as text, into a TypeScript module: so a page that draws figures needs no font files
// beside it. Node reads the package's own files instead.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { at, fontHeader, fontModule } from './fresh.mjs';

const weights = [400, 600];

export function buildFonts() {
  const header = fontHeader();
  if (existsSync(fontModule) && readFileSync(fontModule, 'utf8').startsWith(header)) return;

  const entries = weights.map((weight) => {
    const file = at('node_modules', '@fontsource', 'inter', 'files', `inter-latin-${weight}-normal.woff2`);
    return `  ${weight}:\n    '${readFileSync(file).toString('base64')}',\n`;
  });
  mkdirSync(dirname(fontModule), { recursive: true });
  // Renamed into place, so that no other process ever reads half of it.
  const written = `${fontModule}.${process.pid}`;
  writeFileSync(written, `${header}// Inter is under the SIL Open Font License 1.1.\n
/** Inter's Latin letters by weight, WOFF2 in base64. */
export const interLatin: Readonly<Record<400 | 600, string>> = {\n${entries.join('')}};\n`);
  renameSync(written, fontModule);
}
