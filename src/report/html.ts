import { toBase64 } from './base64.js';
import type { ReportContent } from './content.js';
import { pageScript, pageScriptHash } from './generated/page.js';
import { pack, pieces, sizeOfBlock, type Block } from './pack.js';
import { reportStyle } from './style.js';

/**
 * What the page may do: run its own script and nothing else, and ask for nothing, from anywhere. Nor can a text become HTML: the
 * browser refuses all that would make it so.
 */
const policy = [
  "default-src 'none'", `script-src 'sha256-${pageScriptHash}'`, "style-src 'unsafe-inline'", 'img-src data:', "base-uri 'none'", "form-action 'none'",
  "require-trusted-types-for 'script'", "trusted-types 'none'",
].join('; ');

/** A text as HTML shows it. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Arrays of fewer bytes stand before the script, which can show them at once; the others after it. */
const SMALL = 2 ** 18;

/**
 * How many bytes of an array an element holds: whole groups of three, so that each can be read by itself; and few, so that neither the
 * browser, as it takes the page in, nor the script, as it reads it, is busy with one for long.
 */
export const PIECE = 3 * 2 ** 18;

/**
 * A report as a page, in parts that follow each other: they may be more together than one string can hold.
 *
 * The script stands before the large arrays, so that the verdict and the curves are there while these are read.
 */
export function* reportHtml(content: ReportContent): Generator<string> {
  const { json, blocks } = pack(content);
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="See RNN ${escaped(content.version)}">
<title>${escaped(content.title)}</title>
<link rel="icon" href="data:,">
<style>${reportStyle}</style>
</head>
<body>
<noscript><p>This report draws its figures by a script, which it brings along; scripts are turned off here.</p></noscript>
<main></main>
<script type="application/json" id="content">${json.replaceAll('<', '\\u003c')}</script>
<script type="application/json" id="sizes">${JSON.stringify(blocks.map(sizeOfBlock))}</script>
`;
  const all = blocks.map((block, i) => ({ block, i, isSmall: sizeOfBlock(block) < SMALL }));
  for (const { block, i, isSmall } of all) if (isSmall) yield* elements(block, i);
  yield `<script>${pageScript}</script>\n`;
  for (const { block, i, isSmall } of all) if (!isSmall) yield* elements(block, i);
  yield '</body>\n</html>\n';
}

function* elements(block: Block, i: number): Generator<string> {
  let part = 0;
  for (const bytes of pieces(block, PIECE)) yield `<script type="text/plain" id="array-${i}-${part++}">${toBase64(bytes)}</script>\n`;
}
