import { Option } from 'commander';
import { UsageError } from '../core/errors.js';
import type { OptionSpec, OptionSpecs } from '../core/options.js';
import { shown } from '../core/options.js';

/** An option as a flag: `yZeroLine` is `--y-zero-line`. */
export const flagName = (option: string): string => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A flag that can also be said with `no`: `--legend`, `--no-legend`. Help lists both as one. */
export class SwitchOption extends Option {}

/**
 * The flags of a table of options, with what each does, how its value is written, and its default. A switch takes no value
 * and has a second flag, `--no-...`, that turns it off.
 *
 * @param group the heading under which help lists them
 */
export function flagsOf(specs: OptionSpecs, group: string): Option[] {
  return Object.entries(specs).flatMap(([name, spec]) => {
    const flag = flagName(name);
    if (isSwitch(spec)) {
      return [
        new SwitchOption(flag, `${spec.help} (default: ${spec.default === true ? 'yes' : 'no'})`).helpGroup(group),
        new Option(flag.replace('--', '--no-')).hideHelp(),
      ];
    }
    const off = spec.read(false) === false ? [new Option(flag.replace('--', '--no-')).hideHelp()] : []; // the same as `false`
    return [
      new Option(`${flag} <value>`, `${spec.help} (${spec.form}; default: ${defaultText(spec.default)})`)
        .argParser((text) => readFlag(flag, spec, text)).helpGroup(group),
      ...off,
    ];
  });
}

const isSwitch = (spec: OptionSpec<unknown>): boolean => typeof spec.default === 'boolean' && spec.parse === undefined;

const defaultText = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value));

/** A flag's text as the value of its option, checked here so that a message names the flag as it was typed. */
function readFlag(flag: string, spec: OptionSpec<unknown>, text: string): unknown {
  const value = spec.parse ? spec.parse(text) : parsed(text);
  if (spec.read(value) === undefined) throw new UsageError(`${flag} must be ${spec.form}, found ${shown(text)}`);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Of all that a command line gave, what belongs to a table of options. */
export const givenFor = (specs: OptionSpecs, given: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(specs, name)));
