// What is there and what should be: the questions `ready.mjs` asks before it does anything. Quick to load and to answer.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const at = (...parts) => join(root, ...parts);

/** What can go wrong in a checkout without a fault of the scripts: it is said in one line. */
export class Failure extends Error {}

/** Ends the process with what went wrong: a Failure's message, or all of an unforeseen error. */
export function endWith(error) {
  console.error(error instanceof Failure ? `see-rnn: ${error.message}` : error);
  process.exit(1);
}

/** Where a build leaves the digest of what it was built from. */
export const stampFile = at('dist', '.stamp');
export const kernelSources = at('src', 'kernels', 'assembly');
export const kernelModule = at('src', 'kernels', 'generated', 'wasm.ts');
/** The font that pages draw with: see `fonts.mjs`. */
export const fontModule = at('src', 'paint', 'generated', 'inter.ts');

/** The script of reports' pages, and the folders it is bundled from: see `report.mjs`. */
export const pageModule = at('src', 'report', 'generated', 'page.ts');
const pageSources = ['src/core', 'src/files', 'src/figures', 'src/paint', 'src/report', 'src/measure/analysis.ts'];

/**
 * Whether node_modules holds what package-lock.json locks. npm keeps its own account of what it installed in
 * node_modules/.package-lock.json; the two are compared package by package, which stays right when files are touched,
 * a branch is switched or a package is added by hand.
 */
export function isInstalled() {
  const locked = packagesOf(at('package-lock.json'));
  const installed = packagesOf(at('node_modules', '.package-lock.json'));
  if (installed === null) return false;
  const same = (path) => locked[path]?.version === installed[path]?.version && locked[path]?.integrity === installed[path]?.integrity;
  const wanted = Object.keys(locked).filter((path) => path !== '');
  // An optional package that is absent is one for another platform.
  return wanted.every((path) => same(path) || (locked[path].optional && !(path in installed))) &&
    Object.keys(installed).every((path) => path in locked);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether dist/ and the generated modules were built from the files as they are now. */
export function isBuilt() {
  return textOf(stampFile) === sourceDigest() && textOf(kernelModule).startsWith(kernelHeader()) && textOf(fontModule).startsWith(fontHeader()) && textOf(pageModule).startsWith(pageHeader());
}

/** Names every file that a build reads, with its time and size. */
export function sourceDigest() {
  const files = [...filesUnder('src'), 'package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs'];
  const hash = createHash('sha256');
  for (const file of files) {
    const { mtimeMs, size } = statSync(at(file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

/** The first line of the kernels' module: the digest of the sources it holds, by content. */
export function kernelHeader() {
  const hash = createHash('sha256').update(readFileSync(at('scripts', 'kernels.mjs')));
  for (const file of readdirSync(kernelSources).sort()) hash.update(file).update(readFileSync(join(kernelSources, file)));
  return `// Made by scripts/kernels.mjs from src/kernels/assembly, ${hash.digest('hex')}\n`;
}

/** The first line of the font's module: the version of the package it comes from. */
export function fontHeader() {
  const { version } = JSON.parse(readFileSync(at('node_modules', '@fontsource', 'inter', 'package.json'), 'utf8'));
  return `// Made by scripts/fonts.mjs from @fontsource/inter ${version}\n`;
}

/** The first line of the page's module: the digest of the sources it is bundled from, by content, and of the packages. */
export function pageHeader() {
  const hash = createHash('sha256').update(readFileSync(at('scripts', 'report.mjs'))).update(readFileSync(at('package-lock.json'))).update(readFileSync(at('package.json')));
  for (const file of pageSources.flatMap((path) => (path.endsWith('.ts') ? [path] : filesUnder(path)))) hash.update(file).update(readFileSync(at(file)));
  return `// Made by scripts/report.mjs from src/report/page, ${hash.digest('hex')}\n`;
}

const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

function filesUnder(folder) {
  return readdirSync(at(folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (path.endsWith('/generated')) return [];
    return entry.isDirectory() ? filesUnder(path) : [path];
  }).sort();
}
