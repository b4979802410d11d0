import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NamedArray } from '../../src/core/array.js';
import { readNpy } from '../../src/files/npy.js';
import { saveArray } from '../../src/files/arrays.js';
import { fromBase64 } from '../../src/report/base64.js';
import type { ReportContent } from '../../src/report/content.js';
import { reportHtml } from '../../src/report/html.js';
import { unpack } from '../../src/report/pack.js';
import { report, type ReportOptions } from '../../src/report/report.js';
import { trace } from '../../src/trace/trace.js';
import '../backends.js';
import { said } from '../cli/said.js';
import { savedModel } from '../cli/saved.js';
import { dense, lstm, recurrent, tensor } from '../trace/seeded.js';
import { content } from './content.js';

const [N, T, F] = [5, 6, 4];
const numbers = (value: tf.Tensor): NamedArray => ({ data: value.dataSync() as Float32Array, shape: value.shape, axes: value.shape.map(String) });

let folder: string;
let model: tfl.LayersModel;
let [x, y] = [] as unknown as [NamedArray, NamedArray];
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-report-'));
  await tf.setBackend('cpu');
  model = tfl.sequential({ name: 'plain', layers: [
    lstm(3, 1, { inputShape: [T, F], returnSequences: true, name: 'first' }), tfl.layers.bidirectional({ layer: recurrent('gru', 2, 4), mergeMode: 'concat', name: 'second' }), dense(2, 7, { name: 'head' }),
  ] });
  model.compile({ loss: 'meanSquaredError', optimizer: 'adam' });
  [x, y] = [numbers(tensor(1, [N, T, F])), numbers(tensor(2, [N, 2]))];
  await savedModel(model, folder, 'plain');
  await Promise.all([saveArray(at('x.npy'), x), saveArray(at('y.npy'), y)]);
});
afterAll(() => {
  model.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const message = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'nothing thrown', (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`);
const make = (options: ReportOptions = {}): ReturnType<typeof report> => report(model, x, y, { dynamics: false, ...options });
const named = ({ layers }: ReportContent, layer: number): string[] => layers[layer]!.sequences.map(({ of, name }) => `${of} ${name}`);

describe('a report', () => {
  it('holds what a trace gives, of every recurrent layer and part, and what was measured', async () => {
    const { content: made } = await make({ title: 'Mine' });
    const run = await trace(model, x, y, { quantities: ['hidden', 'gates', 'weights'] });
    expect([made.title, made.layers.map(({ name, parts }) => [name, parts.map(({ part }) => part)])]).toEqual(['Mine', [['first', ['']], ['second', ['forward', 'backward']]]]);
    expect(named(made, 0)).toEqual([
      'gradient hidden', 'gradient outputs', 'value hidden', ...['input', 'forget', 'cell', 'output'].map((gate) => `value gates/${gate}`), 'gradient cell', 'value cell',
      ...['input', 'forget', 'cell', 'output'].map((gate) => `gradient gates/${gate}`), 'value outputs',
    ]);
    expect(named(made, 1)).toContain('value backward/gates/update');
    expect(named(made, 1), 'it returns its last step alone').not.toContain('gradient outputs');
    const [hidden] = made.layers[0]!.sequences;
    expect([hidden!.array.shape, [...hidden!.array.data]]).toEqual([[N, T, 3], [...run.layer('first').gradient('hidden').data]]);
    expect(made.layers[0]!.sequences.filter(({ isGate }) => isGate).map(({ name }) => name), 'the candidate is no gate').toEqual(['gates/input', 'gates/forget', 'gates/output']);
    const { kernel } = run.layer('first').gradient('weights');
    expect([...made.layers[0]!.weightGradients!.directions[0]!.kernel.data]).toEqual([...kernel!.data]);
    expect(made.analysis.loss).toBeCloseTo(run.loss!, 6);
    expect(made.analysis.recurrences.map(({ layer, part }) => [layer, part])).toEqual([['first', ''], ['second', 'forward'], ['second', 'backward']]);
    expect(made.layers[1]!.health?.parts.map(({ part }) => part)).toEqual(['forward', 'backward']);
    expect(made.notes).toEqual([]);
  });

  it('shows the first samples one by one, and says so; the others are put together where there is no room', async () => {
    const { content: made } = await make({ samples: 2, megabytes: 0 });
    expect(made.layers[0]!.sequences[0]).toMatchObject({ together: 'root mean square', array: { shape: [1, T, 3] } });
    expect(made.notes[0]).toBe('Of 5 samples the first 2 are shown one by one; everything that was measured is of all 5, unless it says otherwise.');
    expect(made.notes[1]).toMatch(/^Sample by sample, all arrays would take 0 MiB: \d+ of them are shown over all samples together/);
  });

  it('leaves the model as it was, and nothing in memory', async () => {
    const before = tf.memory().numTensors;
    const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
    await make();
    expect(tf.memory().numTensors).toBe(before);
    expect(model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(weights);
  });

  it('is written whole, and reads back as it was', async () => {
    const made = await make();
    await made.save(at('a.html'));
    const html = readFileSync(at('a.html'), 'utf8');
    expect(html).toBe(made.html());
    const element = (id: string): string => new RegExp(`<script [^>]*id="${id}">([^<]*)</script>`).exec(html)![1]!;
    const back = unpack(element('content'), (block) => readNpy(fromBase64(element(`array-${block}-0`)), 'block').data) as ReportContent;
    expect(back).toEqual(made.content);
  });

  it('refuses what it cannot do', async () => {
    expect(await message(make({ samples: 0 }))).toBe("UsageError: report: option 'samples' must be a whole number of at least 1, found 0");
    expect(await message(make({ titel: 'x' } as never))).toMatch(/^UsageError: .*unknown option 'titel'/);
    const flat = tfl.sequential({ name: 'flat', layers: [dense(2, 1, { inputShape: [3] })] });
    expect(await message(report(flat, x, y))).toBe("SeeRnnError: report: model 'flat' has no recurrent layer that can be looked into");
    flat.dispose();
    expect(await message((await make()).save(at('a.txt')))).toBe(`SeeRnnError: cannot save '${at('a.txt')}': the name of a report must end in .html`);
    expect(existsSync(at('a.txt'))).toBe(false);
  });
});

describe('a report in parts', () => {
  it('is that of all samples at once, but for rounding', async () => {
    const [whole, parts] = [await make(), await make({ batchSize: 2 })];
    const found: string[] = [];
    differences(parts.content, whole.content, 'content', found);
    expect(found).toEqual([]);
  });
});

/** Where two reports' contents differ by more than rounding; names and sentences may differ in their numbers' last digits. */
function differences(one: unknown, other: unknown, path: string, found: string[]): void {
  if (typeof one === 'number' && typeof other === 'number') {
    if (!Object.is(one, other) && !(Math.abs(one - other) <= 1e-6 + 1e-3 * Math.abs(other))) found.push(`${path}: ${one}, not ${other}`);
  } else if (typeof one === 'string' && typeof other === 'string') {
    const words = (text: string): string => text.replace(/\d+(\.\d+)?(e-?\d+)?/g, '#');
    if (words(one) !== words(other)) found.push(`${path}: '${one}', not '${other}'`);
  } else if (typeof one === 'object' && typeof other === 'object' && one !== null && other !== null) {
    const [keys, others] = [Object.keys(one), Object.keys(other)];
    if (keys.join() !== others.join()) found.push(`${path}: has ${keys.slice(0, 20).join()}, not ${others.slice(0, 20).join()}`);
    else for (const key of keys) differences((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key], `${path}.${key}`, found);
  } else if (one !== other) found.push(`${path}: ${String(one)}, not ${String(other)}`);
}

describe('the page', () => {
  it('holds texts as texts: nothing of them can end a script or begin an element', () => {
    const evil = '</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)>';
    const html = [...reportHtml(content([evil], { samples: 1, timesteps: 4, units: 2 }, evil))].join('');
    expect(html).not.toContain('alert(1)</script>');
    expect(html).not.toContain('<img');
    expect(html).toContain('<title>&#60;/script&#62;');
    // One script that runs, and data; each ends where it should.
    const scripts = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
    expect(scripts.filter((attributes) => attributes === '')).toHaveLength(1);
    expect(scripts.filter((attributes) => attributes !== '').every((attributes) => /^ type="(application\/json|text\/plain)" id="[\w-]+"$/.test(attributes!))).toBe(true);
    expect(html.match(/<\/script>/g)).toHaveLength(scripts.length);
  });

  it('names no address of the network', () => {
    const [head] = reportHtml(content(['lstm'], { samples: 1, timesteps: 4, units: 2 }));
    // Names of XML dialects are no addresses that anything is asked of.
    expect([...head!.matchAll(/https?:\/\/[^\s"'`<)]+/g)].map(([address]) => address).filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
  });
});

describe('see-rnn report', () => {
  it('writes the page, and says the verdict', async () => {
    const { code, stdout, stderr } = await said(['report', at('plain.json'), '--x', at('x.npy'), '--y', at('y.npy'), '--out', at('b.html'), '--no-dynamics', '--samples', ':4', '--title', 'Named']);
    const html = readFileSync(at('b.html'), 'utf8');
    expect([code, stderr]).toEqual([0, '']);
    expect(html).toContain('<title>Named</title>');
    const { analysis } = JSON.parse(/id="content">([^<]*)</.exec(html)![1]!) as ReportContent;
    expect([analysis.samples, `${analysis.verdict.sentence}\n`]).toEqual([4, stdout]);
  });

  it('refuses a page that is none, before anything is read', async () => {
    expect(await said(['report', 'none.h5', '--x', 'x.npy', '--y', 'y.npy', '--out', 'a.pdf'])).toEqual({ code: 2, stdout: '', stderr: 'see-rnn: --out must end in .html, found "a.pdf"\n' });
  });
});
