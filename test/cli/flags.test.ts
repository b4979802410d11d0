import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { flagName, flagsOf, givenFor } from '../../src/cli/flags.js';
import type { OptionSpec, OptionSpecs } from '../../src/core/options.js';
import { option } from '../../src/core/options.js';
import { features0DOptions } from '../../src/figures/features0d.js';
import { features1DOptions } from '../../src/figures/features1d.js';
import { features2DOptions } from '../../src/figures/features2d.js';
import { featuresHistOptions } from '../../src/figures/features-hist.js';
import { messageOf } from '../files/build.js';

const pair: OptionSpec<readonly number[] | 'none'> = {
  help: 'two numbers', form: "a,b or 'none'", default: 'none',
  read: (value) => (value === 'none' || (Array.isArray(value) && value.length === 2 && value.every(Number.isFinite)) ? value as number[] : undefined),
  parse: (text) => (text === 'none' ? text : text.split(',').map(Number)),
};
const third: OptionSpec<boolean | 'auto'> = {
  help: 'three ways', form: "true, false or 'auto'", default: 'auto',
  read: (value) => (typeof value === 'boolean' || value === 'auto' ? value : undefined),
};
const specs: OptionSpecs = {
  yZeroLine: option.flag('a line', true),
  tight: option.flag('no space', false),
  rows: option.integer('rows of panels', 2, 1),
  pair,
  third,
};

function parsed(...argv: string[]): Record<string, unknown> {
  const command = new Command().exitOverride().argument('[data]').option('--out <file>').action(() => undefined);
  for (const flag of flagsOf(specs, 'Figure:')) command.addOption(flag);
  command.parse(argv, { from: 'user' });
  return givenFor(specs, command.opts());
}

describe('flags of options', () => {
  it('give nothing where nothing is given', () => {
    expect(parsed()).toEqual({});
    expect(parsed('x.npy', '--out', 'a.png')).toEqual({});
  });

  it('are switches for what is on or off', () => {
    expect(parsed('--no-y-zero-line', '--tight')).toEqual({ yZeroLine: false, tight: true });
    expect(parsed('--y-zero-line', '--no-tight')).toEqual({ yZeroLine: true, tight: false });
    expect(parsed('--tight', '--no-tight')).toEqual({ tight: false });
  });

  it('take values in their own form, with negative numbers among them', () => {
    expect(parsed('--rows', '3', '--pair', '-0.5,1e-3')).toEqual({ rows: 3, pair: [-0.5, 1e-3] });
    expect(parsed('--rows=3', '--pair=none')).toEqual({ rows: 3, pair: 'none' });
  });

  it('of three ways take both forms', () => {
    expect(parsed('--third', 'auto')).toEqual({ third: 'auto' });
    expect(parsed('--third', 'true')).toEqual({ third: true });
    expect(parsed('--no-third')).toEqual({ third: false });
  });

  it('name the flag where the value is of another form', () => {
    expect(messageOf(() => parsed('--rows', '0'))).toBe('--rows must be a whole number of at least 1, found "0"');
    expect(messageOf(() => parsed('--pair', '1,x'))).toBe('--pair must be a,b or \'none\', found "1,x"');
  });

  it('say in help what they do, their form and default', () => {
    const flags = flagsOf(specs, 'Figure:');
    expect(flags.filter(({ hidden }) => !hidden).map(({ flags: text, description }) => `${text}: ${description}`)).toEqual([
      '--y-zero-line: a line (default: yes)',
      '--tight: no space (default: no)',
      '--rows <value>: rows of panels (a whole number of at least 1; default: 2)',
      "--pair <value>: two numbers (a,b or 'none'; default: 'none')",
      "--third <value>: three ways (true, false or 'auto'; default: 'auto')",
    ]);
  });

  it.each(Object.entries({ features0DOptions, features1DOptions, features2DOptions, featuresHistOptions }))('%s: each has a flag that leads back to it', (_, table) => {
    const flags = flagsOf(table, 'Figure:');
    for (const name of Object.keys(table)) {
      expect(flags.find(({ long }) => long === flagName(name))?.attributeName()).toBe(name);
    }
  });
});
