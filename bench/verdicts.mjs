// Whether verdicts are right, on nets of which it is known what they must be: trained on tasks that ask for so many steps, or built to
// have some fault. Prints what came out beside what was expected; also of those that came out otherwise.
//
// Run: npm run build && node bench/verdicts.mjs [--quick] [--seeds 5] [--only WORDS]

import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Random } from '../dist/examples/index.js';
import { analyse, isMeasured } from '../dist/index.js';
import { median } from './measure.mjs';
import { groups, NOT_LONG } from './verdicts/groups.mjs';
import { accuracy, evaluate, netFor, train } from './verdicts/nets.mjs';

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false }, seeds: { type: 'string', default: '5' }, only: { type: 'string', default: '' } } });
const seeds = Array.from({ length: options.quick ? 1 : Number(options.seeds) }, (_, i) => i + 1);

/** Samples that a verdict is asked on, and that the loss and accuracy are of. */
const [ASKED, HELD] = [32, 256];

/** One net of a group: what it has come to, its verdict, and whether that is as expected. */
async function outcome(group, seed) {
  const { make, prepare, task, iterations, part, expected } = group;
  const random = new Random(seed);
  const model = netFor(task, make, random);
  prepare?.(model, random);
  if (iterations > 0) await train(model, task, iterations, random);
  const held = task.batch(random, HELD);
  const loss = await evaluate(model, held);
  const right = task.classes > 0 ? await accuracy(model, held) : null;
  const { x, y } = task.batch(random, ASKED);
  const analysis = await analyse(model, x, y, { dynamics: false });
  const recurrence = part ? analysis.recurrences.find((one) => one.part === part) : farthest(analysis);
  const verdict = part ? recurrence.verdict : analysis.verdict;
  const learnt = iterations > 0 && loss <= task.learnt;
  const may = iterations === 0 || learnt ? expected : NOT_LONG;
  return { seed, loss, right, learnt, verdict, recurrence, met: may.includes(verdict.kind), cannot: verdict.kind === "can't tell" };
}

/** The recurrence whose verdict is the model's. */
const farthest = ({ recurrences, verdict }) => recurrences.find((one) => one.verdict.sentence === verdict.sentence) ?? recurrences[0];

const three = (value) => (value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(3))));
const spread = (values) => {
  const known = values.filter((value) => value !== null && Number.isFinite(value));
  if (known.length === 0) return '-';
  const [least, middle, most] = [Math.min(...known), median(known), Math.max(...known)].map(three);
  return least === most ? middle : `${middle} (${least} to ${most})`;
};
const row = (cells) => { console.log(`| ${cells.join(' | ')} |`); };
const table = (header) => {
  row(header);
  row(header.map(() => '---'));
};

/** Of an LSTM's hidden and cell state the one whose gradient gets farther: the verdict goes by it. */
const counted = ({ carried }) => (isMeasured(carried) ? carried.reduce((far, one) => (one.horizon.steps > far.horizon.steps ? one : far)) : null);

/** Verdicts, the commonest first. */
function counts(outcomes) {
  const found = new Map();
  for (const { verdict: { kind } } of outcomes) found.set(kind, (found.get(kind) ?? 0) + 1);
  return [...found].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`).join(', ');
}

function show(group, outcomes) {
  const carried = outcomes.map(({ recurrence }) => counted(recurrence));
  const forward = outcomes.map(({ recurrence }) => (isMeasured(recurrence.forward) ? recurrence.forward.horizon.steps : null));
  row([
    group.name, group.iterations > 0 ? `${outcomes.filter(({ learnt }) => learnt).length} of ${outcomes.length}` : '-', spread(outcomes.map(({ loss }) => loss)), spread(outcomes.map(({ right }) => right)),
    counts(outcomes), spread(carried.map((one) => (one && isMeasured(one.decay) ? one.decay.factor : null))), spread(carried.map((one) => one?.horizon.steps ?? null)), spread(forward), group.task.steps - 1,
    `${outcomes.filter(({ met }) => met).length} of ${outcomes.length}`,
  ]);
}

const chosen = groups.filter(({ name }) => name.includes(options.only));
const begun = performance.now();
console.log("What is expected, and why (of nets that didn't learn their task: anything but long-term, exploding and dead)\n");
table(['net and task', 'expected', 'because']);
for (const { name, expected, because } of chosen) row([name, expected === NOT_LONG ? 'not long-term' : expected.join(' or '), because]);

console.log(`\nFound, with ${seeds.length === 1 ? 'one seed' : `${seeds.length} seeds`}: medians (least to largest); horizons in steps\n`);
table(['net and task', 'learnt', 'loss', 'accuracy', 'verdicts', 'factor a step', 'backward horizon', 'forward horizon', 'of', 'as expected']);
const all = [];
for (const group of chosen) {
  const outcomes = [];
  for (const seed of seeds) outcomes.push(await outcome(group, seed));
  show(group, outcomes);
  all.push(...outcomes.map((one) => ({ ...one, group })));
}

const failed = all.filter(({ met }) => !met);
console.log(`\n${all.length - failed.length} of ${all.length} as expected; of the others ${failed.filter(({ cannot }) => cannot).length} can't tell and ${failed.filter(({ cannot }) => !cannot).length} are wrong. ${((performance.now() - begun) / 60_000).toFixed(1)} minutes.`);
for (const { group, seed, learnt, loss, verdict } of failed) console.log(`- ${group.name}, seed ${seed} (${group.iterations > 0 ? `${learnt ? 'learnt' : 'not learnt'}, ` : ''}loss ${three(loss)}): ${verdict.sentence}`);
