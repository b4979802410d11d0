// What is swept: nets on tasks, what their verdict must be, and why that is known without asking the measures.
//
// `part` is the recurrence whose verdict counts (else the model's). Of trained nets `expected` goes for those that have learnt the task;
// the others may be whatever is not said of who has learnt something that is far.

import { adding, copy, copyOf, copyOfLast, lastThree, paddedCopy, repeatFirst, repeatLast } from './tasks.mjs';
import { biased, bothWays, chrono, eitherSign, layers, masked, scaled } from './nets.mjs';

const LONG = ['long-term'];
export const NOT_LONG = ['short-term', 'vanishing', 'saturated', "can't tell"];

const trained = (name, make, task, iterations, expected, because, more = {}) => ({ name, make, task, iterations, expected, because, ...more });
const untrained = (name, make, task) => ({ name: `${name}, untrained`, make, task, iterations: 0, expected: ['vanishing', "can't tell"], because: 'nothing was learnt, of far or of near' });
const built = (name, make, prepare, expected, because) => ({ name, make, prepare, task: adding(40), iterations: 0, expected, because });

const copies = (name, make, steps, iterations, more) => trained(`${name}, copy over ${steps} steps`, make, copy(steps), iterations, LONG, 'with a loss this low it knows the first step', more);
const adds = (name, make, steps, more) => trained(`${name}, adding over ${steps} steps`, make, adding(steps), 1000, LONG, 'with a loss this low it knows the number in the first half', more);
const short = (name, make, everyStep = false) => trained(`${name}, sum of the last 3 of 24${everyStep ? ', at every step' : ''}`, make, lastThree(24, everyStep), 1000, ['short-term'],
  'what is older has nothing to do with the target, nor, with a loss this low, with the answer');

/** Both directions of a Bidirectional net that is to say a symbol at every step. */
const repeats = (task, where, carries, other) => [
  trained(`Bidirectional GRU, symbol at the ${where} step, at every step: ${carries}`, bothWays('GRU', 12), task, 300, LONG, `at all other steps only the ${carries} direction can know it`, { part: carries }),
  trained(`the same nets: ${other}`, bothWays('GRU', 12), task, 300, NOT_LONG, `the ${other} direction meets the symbol at its last step`, { part: other }),
];
const once = (task, where, other) => trained(`Bidirectional GRU, symbol at the ${where} step, at the end: ${other}`, bothWays('GRU', 12), task, 300, NOT_LONG,
  `the ${other} direction meets the symbol at its last step`, { part: other });

export const groups = [
  copies('GRU 12', layers('GRU', 12), 12, 400),
  copies('GRU 12', layers('GRU', 12), 24, 600),
  copies('2 x GRU 12', layers('GRU', 12, { count: 2 }), 24, 600),
  copies('SimpleRNN 16', layers('SimpleRNN', 16), 24, 800),
  copies('LSTM 16', layers('LSTM', 16), 12, 800),
  copies('LSTM 16', layers('LSTM', 16), 30, 800),
  copies('LSTM 16, chrono biases', layers('LSTM', 16), 30, 800, { prepare: chrono(30) }),
  copies('LSTM 16', layers('LSTM', 16), 50, 800),
  copies('LSTM 16, chrono biases', layers('LSTM', 16), 50, 800, { prepare: chrono(50) }),
  trained('GRU 12, masked, copy over 12 to 24 steps, zeros before', masked(layers('GRU', 12)), paddedCopy(24, true), 600, LONG, 'with a loss this low it knows the first step that is not masked'),
  trained('GRU 12, masked, copy over 12 to 24 steps, zeros after', masked(layers('GRU', 12)), paddedCopy(24, false), 600, LONG, 'with a loss this low it knows the first step'),
  adds('GRU 16', layers('GRU', 16), 20),
  adds('LSTM 16, chrono biases', layers('LSTM', 16), 30, { prepare: chrono(30) }),
  trained('GRU 12, symbol at step 6 of 24', layers('GRU', 12), copyOf(6, 24), 600, LONG, 'with a loss this low it knows what was 17 steps back'),
  trained('GRU 12, symbol at step 18 of 24', layers('GRU', 12), copyOf(18, 24), 600, NOT_LONG, 'what is farther back than 5 steps is the same in all samples'),
  short('GRU 12', layers('GRU', 12)),
  short('GRU 12', layers('GRU', 12), true),
  short('2 x GRU 12', layers('GRU', 12, { count: 2 })),
  short('LSTM 12', layers('LSTM', 12)),
  short('SimpleRNN 12', layers('SimpleRNN', 12)),
  short('Bidirectional GRU', bothWays('GRU', 12)),
  ...repeats(repeatFirst(16), 'first', 'forward', 'backward'),
  ...repeats(repeatLast(16), 'last', 'backward', 'forward'),
  once(copy(16), 'first', 'backward'),
  once(copyOfLast(16), 'last', 'forward'),
  trained('GRU 12 read from the end, symbol at the last of 16 steps', layers('GRU', 12, { go_backwards: true }), copyOfLast(16), 600, LONG, 'that is the first it reads, and with a loss this low it knows it'),
  trained('GRU 12 read from the end, symbol at the first of 16 steps', layers('GRU', 12, { go_backwards: true }), copy(16), 600, NOT_LONG, 'that is the last it reads'),
  ...['LSTM', 'GRU', 'SimpleRNN'].flatMap((kind) => [untrained(`${kind} 12, copy over 30 steps`, layers(kind, 12), copy(30)), untrained(`${kind} 12, adding over 30 steps`, layers(kind, 12), adding(30))]),
  untrained('Bidirectional GRU, copy over 30 steps', bothWays('GRU', 12), copy(30)),
  built('SimpleRNN 12, recurrent kernel x 0.5', layers('SimpleRNN', 12), scaled(0.5), ['vanishing'], 'it is orthogonal and tanh has no slope above 1: half is lost at each step, or more'),
  built('LSTM 12, forget biases of -2', layers('LSTM', 12), biased('LSTM', { forget: -2 }), ['vanishing'], 'of its cell state sigma(-2) = 0.12 or so is kept at each step'),
  built('SimpleRNN 12, linear, recurrent kernel x 1.25', layers('SimpleRNN', 12, { activation: 'linear' }), scaled(1.25), ['exploding'], '1.25^39 = 6019 times what came in'),
  built('SimpleRNN 12, biases of -20 or 20', layers('SimpleRNN', 12), biased('SimpleRNN', { state: eitherSign(20) }), ['saturated'], 'tanh is -1 or 1 whatever it reads'),
  built('LSTM 12, biases of -20 or 20, forgets', layers('LSTM', 12), biased('LSTM', { input: eitherSign(20), cell: eitherSign(20), output: eitherSign(20), forget: -20 }), ['saturated'], 'its gates are open or shut whatever it reads, and nothing is kept'),
  built('GRU 12, biases of -20 or 20, forgets', layers('GRU', 12), biased('GRU', { update: -20, reset: eitherSign(20), new: eitherSign(20) }), ['saturated'], 'its gates are open or shut whatever it reads, and nothing is kept'),
  built('LSTM 12, biases of -20 or 20, keeps', layers('LSTM', 12), biased('LSTM', { input: eitherSign(20), cell: eitherSign(20), output: eitherSign(20), forget: 20 }), ['saturated', "can't tell"], 'the gradient gets through, but its gates are open or shut whatever it reads'),
  built('SimpleRNN 12, relu, biases of -100', layers('SimpleRNN', 12, { activation: 'relu' }), biased('SimpleRNN', { state: -100 }), ['dead'], 'no unit is ever above 0'),
  built('GRU 12, relu, biases of -100', layers('GRU', 12, { activation: 'relu' }), biased('GRU', { new: -100 }), ['dead'], 'no unit is ever above 0'),
];
