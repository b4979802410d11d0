import type { Help, Option } from 'commander';
import { SwitchOption } from './flags.js';

/** How help is written, for every command alike. */
export const helpStyle: Partial<Help> = {
  optionTerm: (option: Option) => (option instanceof SwitchOption ? option.flags.replace('--', '--[no-]') : option.flags),
};
