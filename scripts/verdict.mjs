// Judges a run of `npm test` and prints the count, as the last line: `N passed, N failed`, and `, N skipped` where some were.
//
//   node scripts/verdict.mjs FOLDER STATUS KNOWN_SKIPS
//
// FOLDER holds results.json (vitest's JSON report; missing where lint or types failed before it) and log (all that was
// printed), STATUS is the exit status of `npm test`. Counted as failed, beside failed tests: a test file that doesn't
// load, a skip that KNOWN_SKIPS doesn't name, a warning of Node's in the log, and a failure of anything else.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, status, knownSkips] = process.argv.slice(2);
const lines = (file) => readFileSync(file, 'utf8').split('\n');

const allowed = new Set(lines(knownSkips).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')));
const results = join(folder, 'results.json');
const files = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')).testResults : [];
const tests = files.flatMap((file) => file.assertionResults.map((test) => ({
  name: [...test.ancestorTitles, test.title].join(' > '), status: test.status, file: file.name,
})));

const passed = tests.filter((test) => test.status === 'passed');
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
const faults = [
  ...tests.filter((test) => test.status === 'failed').map((test) => `failed: ${test.name}`),
  ...files.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
    .map((file) => `failed to load: ${file.name}`),
  ...skipped.filter((test) => !allowed.has(test.name)).map((test) => `skipped, and not in ${knownSkips}: ${test.name}`),
  ...lines(join(folder, 'log')).filter((line) => /^\(node:\d+\).*Warning/.test(line)).map((line) => `a warning: ${line}`),
];
if (faults.length === 0 && (status !== '0' || tests.length === 0)) faults.push(`npm test ended with status ${status}; what failed is said above`);

for (const fault of faults) console.log(fault);
const known = skipped.filter((test) => allowed.has(test.name)).length;
console.log(`${passed.length} passed, ${faults.length} failed${known > 0 ? `, ${known} skipped` : ''}`);
process.exitCode = faults.length === 0 ? 0 : 1;
