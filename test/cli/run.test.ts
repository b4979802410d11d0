import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { MakeCommand } from '../../src/cli/command.js';
import { SeeRnnError, UsageError } from '../../src/core/errors.js';
import '../backends.js';
import { said } from './said.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

/** A command that ends as told. */
const ending = (act: () => void): MakeCommand => () => new Command('end').description('End.').action(act);

describe('the command line', () => {
  it('knows its version', async () => {
    const expected = { code: 0, stdout: `${version}\n`, stderr: '' };
    expect(await said(['--version'])).toEqual(expected);
    expect(await said(['-V'])).toEqual(expected);
  });

  it.each([['--help'], ['gradients', '--help'], ['outputs', '--help'], ['weights', '--help'], ['summary', '--help'], ['health', '--help'], ['verdict', '--help'], ['report', '--help'], ['examples', '--help'], ['plot', '--help'], ['plot', '0d', '--help'], ['plot', '1d', '--help'], ['plot', '2d', '--help'], ['plot', 'hist', '--help'], ['plot', 'rnn-heatmap', '--help'], ['plot', 'rnn-histogram', '--help'], ['plot', 'hist-grid', '--help'], ['plot', 'saturation', '--help']])(
    'helps: %s %s %s', async (...argv) => {
      const words = argv.filter((word: string | undefined) => word !== undefined);
      const { code, stdout, stderr } = await said(words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      await expect(stdout).toMatchFileSnapshot(`help/${words.slice(0, -1).join('-') || 'see-rnn'}.txt`);
      expect(await said(words.with(-1, '-h'))).toEqual({ code, stdout, stderr });
    });

  it.each([[[]], [['plot']]])('without a command prints its help where errors go: %j', async (argv) => {
    const { stdout } = await said([...argv, '--help']);
    expect(await said(argv)).toEqual({ code: 2, stdout: '', stderr: stdout });
  });

  it.each([
    ['polt', "unknown command 'polt'; did you mean 'plot'?"],
    ['frobnicate', "unknown command 'frobnicate'; there are: gradients, outputs, weights, summary, health, verdict, report, plot, examples"],
    ['plot 3d', "unknown command '3d'; did you mean '0d'?"],
    ['plot histogram', "unknown command 'histogram'; did you mean 'hist-grid'?"],
    ['plot scatter-of-everything', "unknown command 'scatter-of-everything'; there are: 0d, 1d, 2d, hist, hist-grid, rnn-heatmap, rnn-histogram, saturation"],
    ['--hlep', "unknown option '--hlep'; did you mean '--help'?"],
    ['--frobnicate', "unknown option '--frobnicate'"],
    ['plot 2d x.npy --out a.png --nrom -1,1', "unknown option '--nrom'; did you mean '--norm'?"],
    ['plot 2d x.npy --out a.png --nrom=-1,1', "unknown option '--nrom=-1,1'; did you mean '--norm'?"],
    ['plot 1d x.npy --out a.png --no-lgend', "unknown option '--no-lgend'; did you mean '--no-legend'?"],
    ['plot 1d', "required option '--out <file>' not specified"],
    ['plot 1d x.npy --out', "option '--out <file>' argument missing"],
    ['plot 1d --out a.png', "missing required argument 'data'"],
    ['plot 1d x.npy y.npy --out a.png', "too many arguments for '1d'. Expected 1 argument but got 2"],
    ['plot 1d x.npy --out a.png --rows many', '--rows must be a whole number of at least 1, or \'auto\', found "many"'],
    ['plot 1d x.npy --out a.png --samples 0-3', '--samples must be a stretch such as 0:16, 8: or :-1, or a single index, found "0-3"'],
    ['gradients m.h5 --layer 0 --of state --x x.npy --y y.npy --out g.npy', "option '--of <quantity>' argument 'state' is invalid. Allowed choices are outputs, hidden, cell, gates, inputs, weights, weight-steps"],
    ['gradients m.h5 --layer 0 --x x.npy --y y.npy --out g.npy', "required option '--of <quantity>' not specified"],
    ['gradients m.h5 --layer 0 --of outputs --x x.npy --out g.npy', "required option '--y <file>' not specified"],
    ['gradients --layer 0 --of outputs --x x.npy --y y.npy --out g.npy', "missing required argument 'model'"],
    ['gradients m.h5 --layer 0 --of outputs --x x.npy --y y.npy --out g.txt', '--out must end in .npy, for one array, or .npz, for several, found "g.txt"'],
    ['gradients m.h5 --layer 0 --of outputs --x x.npy --y y.npy --out g.npy --batch-size 0', '--batch-size must be a whole number of at least 1, found "0"'],
    ['gradients m.h5 --layer 0 --of outputs --x x.npy --y y.npy --out g.npy --samples 0-16', '--samples must be a stretch such as 0:16, 8: or :-1, or a single index, found "0-16"'],
    ['gradients m.h5 --layer 0 --of outputs --x x.npy --y y.npy --out g.npy --loss poison', "--loss: unknown loss 'poison'; did you mean 'poisson'?"],
    ['gradients m.h5 --layer 0 --of outputs --x x.npy --y y.npy --out g.npy --loss a=mse,b', '--loss must be a name, or name=loss for each output, separated by commas, found "a=mse,b"'],
    ['gradients m.h5 --layer 0 --of outputs --x x.npy --y y.npy --out g.npy --class-weight 3', '--class-weight must be JSON of numbers by class index, e.g. {"0":1,"1":20}, found "3"'],
    ['gradients m.h5 --layer 0 --of outputs --x x.npy --y y.npy --out g.npy --class-weight {"cat":3}', '--class-weight must be JSON of numbers by class index, e.g. {"0":1,"1":20}, found "{\\"cat\\":3}"'],
    ['report m.h5 --x x.npy --y y.npy --out r.html --class-weight 0:1', '--class-weight must be JSON of numbers by class index, e.g. {"0":1,"1":20}, found "0:1"'],
    ['outputs m.h5 --of inputs --x x.npy --out g.npy', '--of inputs is of a layer: say which by --layer'],
    ['outputs m.h5 --of weights --layer 0 --x x.npy --out g.npy', "option '--of <quantity>' argument 'weights' is invalid. Allowed choices are outputs, hidden, cell, gates, inputs"],
    ['weights m.h5 --out w.npz', "required option '--layer <id>' not specified"],
    ['health m.h5', "required option '--x <file>' not specified"],
    ['health m.h5 --x x.npy --batch-size 0', '--batch-size must be a whole number of at least 1, found "0"'],
    ['summary m.h5 --jsno', "unknown option '--jsno'; did you mean '--json'?"],
    ['plot 1d x.npy --out a.png --max-bytes 1GB', '--max-bytes must be a whole number of at least 1, found "1GB"'],
  ])('%s: one line and 2', async (line, message) => {
    expect(await said(line.split(' '))).toEqual({ code: 2, stdout: '', stderr: `see-rnn: ${message}\n` });
  });

  it('a name with control characters does not reach the terminal as such', async () => {
    expect(await said(['pl\u001b[2Jot\n'])).toEqual({ code: 2, stdout: '', stderr: "see-rnn: unknown command 'pl\\u001b[2Jot\\u000a'; there are: gradients, outputs, weights, summary, health, verdict, report, plot, examples\n" });
  });
});

describe('what a command throws', () => {
  it('bad input: its line and 1', async () => {
    const command = ending(() => { throw new SeeRnnError('x.npy: is\nbad'); });
    expect(await said(['end'], [command])).toEqual({ code: 1, stdout: '', stderr: 'see-rnn: x.npy: is\\u000abad\n' });
  });

  it('bad usage: its line and 2', async () => {
    expect(await said(['end'], [ending(() => { throw new UsageError('no'); })])).toEqual({ code: 2, stdout: '', stderr: 'see-rnn: no\n' });
  });

  it('anything else is our fault: its stack and 70', async () => {
    const { code, stdout, stderr } = await said(['end'], [ending(() => { throw new TypeError('oops'); })]);
    expect({ code, stdout }).toEqual({ code: 70, stdout: '' });
    expect(stderr).toMatch(/^see-rnn: a fault in See RNN, not in your input; please report it:\nTypeError: oops\n {4}at .*run\.test\.ts/);
  });

  it('nothing: 0', async () => {
    expect(await said(['end'], [ending(() => undefined)])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
