// Bundles the page of reports, src/report/page, and writes it, as text, into a TypeScript module: so a report is made
// without a bundler, and the page that opens needs no files beside it.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { rolldown } from 'rolldown';
import { at, Failure, pageHeader, pageModule } from './fresh.mjs';

export async function buildReportPage() {
  const header = pageHeader();
  if (existsSync(pageModule) && readFileSync(pageModule, 'utf8').startsWith(header)) return;

  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const script = await bundled();
  // Either would end the script's element, or turn it into something else.
  if (/<\/script|<!--/i.test(script)) throw new Failure("the report's page can't be bundled: its script holds '</script' or '<!--'");
  const hash = createHash('sha256').update(script).digest('base64');
  mkdirSync(dirname(pageModule), { recursive: true });
  // Renamed into place, so that no other process ever reads half of it.
  const written = `${pageModule}.${process.pid}`;
  writeFileSync(written, `${header}
/** The script of a report's page. */
export const pageScript: string = ${JSON.stringify(script)};

/** Its SHA-256 in base64, by which the page's policy allows it. */
export const pageScriptHash = '${hash}';

/** The version of See RNN that made it. */
export const pageVersion = '${version}';
`);
  renameSync(written, pageModule);
}

async function bundled() {
  const bundle = await rolldown({
    input: at('src', 'report', 'page', 'main.ts'),
    platform: 'browser',
    resolve: { alias: { '#platform': at('src', 'paint', 'platform', 'browser.ts'), '#disk': at('src', 'files', 'disk', 'browser.ts') } },
    onLog: (_level, log) => { throw new Failure(`the report's page can't be bundled: ${log.message}`); },
  });
  try {
    const { output } = await bundle.generate({ format: 'iife', codeSplitting: false, minify: true });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}
