import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrainingProgress } from '../../src/cli/training-progress.js';
import type { ShownExample } from '../../src/examples/page.js';
import { builtPackage } from '../built.js';
import { said } from '../cli/said.js';
import { small } from './small.js';

let folder: string;
let main: string;
beforeAll(() => {
  main = join(builtPackage(), 'cli', 'main.js');
  folder = mkdtempSync(join(tmpdir(), 'see-rnn-command-'));
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const at = (...names: string[]): string => join(folder, ...names);

describe('see-rnn examples', () => {
  it.each([
    ['', '--only must be numbers of examples, separated by commas, found ""'],
    ['1,x', '--only must be numbers of examples, separated by commas, found "1,x"'],
    ['1,', '--only must be numbers of examples, separated by commas, found "1,"'],
    ['1-3', '--only must be numbers of examples, separated by commas, found "1-3"'],
    ['1.5', '--only must be numbers of examples, separated by commas, found "1.5"'],
    ['1,9', '--only: there is no example 9; there are 1 to 8'],
    ['0', '--only: there is no example 0; there are 1 to 8'],
  ])('--only %j: one line and 2', async (only, message) => {
    expect(await said(['examples', '--only', only, '--out', at('never')])).toEqual({ code: 2, stdout: '', stderr: `see-rnn: ${message}\n` });
    expect(existsSync(at('never'))).toBe(false);
  });

  it('draws those asked for, in their order, and prints the path of the page last', async () => {
    const { code, stdout, stderr } = await said(['examples', '--only', ' 2,1,2', '--out', at('two')]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${at('two', 'index.html')}\n` });
    expect(stderr.replaceAll(/[\d.]+ s$/gm, 'N s')).toBe([
      '1. LSTM, 6 units, one sample: training for 20 iterations',
      '1. LSTM, 6 units, one sample: 20 iterations, loss 0.260, 1 figure, N s',
      '2. The same LSTM, all 16 samples: trained already for 20 iterations',
      '2. The same LSTM, all 16 samples: 20 iterations, loss 0.260, 2 figures, N s',
      '',
    ].join('\n'));
    expect(readdirSync(at('two'))).toHaveLength(7);
  });

  it('names the file where the engine data that were named are not there', async () => {
    const { code, stderr } = await said(['examples', '--only', '8', '--data', at('none'), '--out', at('never')]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `see-rnn: ${at('none', 'x.npy')}: no such file\n` });
    expect(existsSync(at('never'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('stopped by Ctrl-C, leaves whole files and a page that shows them, and exits with 130', async () => {
    const child = spawn(process.execPath, [main, 'examples', '--only', '1,4', '--out', at('stopped')], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => { stdout += text.toString(); });
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      if (stderr.includes('4. LSTM, 256 units')) child.kill('SIGINT');
    });
    const [code] = await once(child, 'close') as [number | null];
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(readdirSync(at('stopped')).sort()).toEqual(['1-lstm-6-units-grads-1d.png', '1-lstm-6-units-grads-1d.svg', 'index.html']);
    expect(readFileSync(at('stopped', 'index.html'), 'utf8')).toMatch(/1-lstm-6-units-grads-1d[^]*<\/html>\n$/);
    expect(readFileSync(at('stopped', '1-lstm-6-units-grads-1d.svg'), 'utf8')).toMatch(/<\/svg>\s*$/);
  });
});

describe('the progress', () => {
  const example = small(3)[0];
  const shown = { example, iterations: 200, models: [{ name: 'LSTM', loss: 0.25, strengths: [] }], figures: [{}], seconds: 61.24 } as unknown as ShownExample;

  /** Ten seconds an iteration, from iteration 20 to 200. */
  function watched(columns?: number): string[] {
    const written: string[] = [];
    let time = 0;
    const progress = new TrainingProgress({ columns, write: (text: string) => written.push(text) }, () => time);
    progress.begins(example, { done: 20, total: 200, loss: 0.5 });
    for (let done = 21; done <= 200; done++) {
      time += 10_000;
      progress.trained({ done, total: 200, loss: 1 / done });
    }
    progress.ends(shown);
    return written;
  }

  it('is a line where an example begins and one where it ends, where there is no terminal', () => {
    expect(watched()).toEqual([
      '3. The same LSTM, trained for longer: training for 200 iterations, of which 20 are done already\n',
      '3. The same LSTM, trained for longer: 200 iterations, loss 0.250, 1 figure, 61.2 s\n',
    ]);
  });

  // eslint-disable-next-line no-control-regex -- a terminal's escape codes are left out
  const plain = (text: string): string => text.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '');

  it('says of a model that comes trained no iterations', () => {
    const written: string[] = [];
    const progress = new TrainingProgress({ write: (text: string) => written.push(text) }, () => 0);
    progress.begins(example, { done: 0, total: 0, loss: NaN });
    progress.ends({ ...shown, iterations: 0 });
    expect(written).toEqual([
      '3. The same LSTM, trained for longer: the model comes trained\n',
      '3. The same LSTM, trained for longer: loss 0.250, 1 figure, 61.2 s\n',
    ]);
  });

  it('is a bar with the iteration, the loss and the time left on a terminal', () => {
    const lines = watched(120).map(plain);
    expect(lines[0]).toBe('3. The same LSTM, trained for longer  ██░░░░░░░░░░░░░░░░░░░░░░  20/200  loss 0.500\n');
    expect(lines[80]).toBe('3. The same LSTM, trained for longer  ████████████░░░░░░░░░░░░  100/200  loss 0.0100  16 min 40 s left\n');
    expect(lines[175]).toBe('3. The same LSTM, trained for longer  ███████████████████████░  195/200  loss 0.00513  50 s left\n');
    expect(lines[180]).toBe('3. The same LSTM, trained for longer  ████████████████████████  200/200  loss 0.00500  drawing\n');
    expect(lines[181]).toBe('3. The same LSTM, trained for longer: 200 iterations, loss 0.250, 1 figure, 61.2 s\n');
    expect(lines).toHaveLength(182);
  });

  it('fits a narrow terminal: a shorter bar, or none', () => {
    expect(plain(watched(90)[80])).toBe('3. The same LSTM, trained for longer  ████░░░░  100/200  loss 0.0100  16 min 40 s left\n');
    expect(plain(watched(80)[80])).toBe('3. The same LSTM, trained for longer  100/200  loss 0.0100  16 min 40 s left\n');
  });
});
