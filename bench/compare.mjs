// The bar: how long the gradient job takes here, in PyTorch and in TF.js, side by side in one run.
//
// The job: two recurrent layers, all steps then the last one, into a mean squared error; forward both, and the gradient of
// the loss by the output of the first. float32, wall time with all copies. Jobs take turns; ratios are of medians.
//
// Run: npm run bench [-- --cells LSTM,GRU --rows 0,2 --rounds 7 --no-tfjs --no-job --no-training]

import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { kernels } from '../dist/kernels/module.js';
import { setThreads } from '../dist/kernels/threads.js';
import { graphModel } from './graph.mjs';
import { recurrentJob } from './job.mjs';
import { inTurns, median } from './measure.mjs';
import { peakMeter } from './peak.mjs';
import { startPyTorch } from './peers/pytorch.mjs';

const { values: options } = parseArgs({
  options: {
    cells: { type: 'string', default: 'LSTM,GRU,SimpleRNN' }, rows: { type: 'string', default: '0,1,2,3' }, rounds: { type: 'string', default: '7' },
    tfjs: { type: 'boolean', default: true }, job: { type: 'boolean', default: true }, training: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const shapes = [[16, 100, 12, 6], [16, 1000, 16, 64], [16, 100, 16, 256], [32, 100, 256, 512]];
const rows = options.rows.split(',').map((row) => shapes[Number(row)]);
const rounds = Number(options.rounds);

const milliseconds = (seconds) => (seconds === undefined ? '-' : (seconds * 1000).toPrecision(3));
const both = (result) => (result ? `${milliseconds(result.median)} (${milliseconds(result.least)})` : '-');
const ratio = (ours, theirs) => (ours && theirs ? (ours.median / theirs.median).toPrecision(2) : '-');
const better = (...results) => results.filter(Boolean).sort((a, b) => a.median - b.median)[0];

const { fused } = kernels();
const peak = await peakMeter(fused);
const torch = await startPyTorch();
const peer = options.tfjs ? await import('./peers/tfjs.mjs') : null;
await peer?.startTf();
console.log(`Node ${process.versions.node}, ${fused ? 'fused multiply-add' : 'plain SIMD'}; ${torch.name ?? `no PyTorch: ${torch.why}`}; TF.js ${options.tfjs ? 'on its WASM backend' : 'left out'}`);
console.log('Milliseconds: median (least). Ratios of medians, ours with the better of 1 and 2 threads to the better PyTorch.\n');

const header = ['cell', 'batch, steps, features, units', 'ours, 1 thread', '2 threads', '% of peak, 1 thread', 'PyTorch, 1 thread', '2 threads', 'ratio', 'TF.js', 'times faster', 'trace()', 'of our kernels'];
const print = (cells) => { console.log(`| ${cells.join(' | ')} |`); };

const atThreads = (n, work) => async () => {
  setThreads(n);
  return work();
};
async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

if (options.job) {
  print(header);
  print(header.map(() => '---'));
  for (const cell of options.cells.split(',')) {
    for (const shape of rows) {
      const job = recurrentJob(cell, shape);
      const model = graphModel(cell, shape);
      const tf = peer?.tfModel(cell, shape);
      // What TF.js takes long for is measured once, or not at all above half a minute.
      const large = shape[3] >= 256;
      const ways = {
        // The peak takes its turn too, right beside ours: what slows the machine down slows both.
        peak: () => 1 / peak(),
        ours1: atThreads(1, () => timed(job.run)),
        ours2: atThreads(2, () => timed(job.run)),
        trace: atThreads(2, model.trace),
        ...(torch.name ? { torch1: () => torch.seconds('trace', cell, shape, 1), torch2: () => torch.seconds('trace', cell, shape, 2) } : {}),
        ...(tf ? { tfjs: Object.assign(() => tf.plainTrace(), { rounds: large ? 1 : 2 }) } : {}),
      };
      const t = await inTurns(ways, rounds);
      const ours = better(t.ours1, t.ours2);
      // The median over the rounds of our speed to the peak of the same round.
      const percent = (100 * median(t.ours1.all.map((seconds, k) => job.flops / seconds / 1e9 * t.peak.all[k]))).toFixed(0);
      print([cell, shape.join(', '), both(t.ours1), both(t.ours2), `${percent} % of ${(1 / t.peak.median).toFixed(1)} GFLOP/s`, both(t.torch1), both(t.torch2),
        ratio(ours, better(t.torch1, t.torch2)), both(t.tfjs), t.tfjs ? (t.tfjs.median / ours.median).toFixed(0) : '-', both(t.trace), ratio(t.trace, ours)]);
      tf?.dispose();
    }
  }
}

if (options.training) {
  console.log('\nTraining: one step (forward, full backward, Adam), here by the gradients of trace(), and in TF.js by itself and under accelerate().\n');
  const columns = ['cell', 'batch, steps, features, units', 'ours, 1 thread', '2 threads', 'PyTorch, 1 thread', '2 threads', 'ratio', 'TF.js', 'times faster', 'TF.js, accelerated'];
  print(columns);
  print(columns.map(() => '---'));
  for (const cell of options.cells.split(',')) {
    for (const shape of rows) {
      const model = graphModel(cell, shape);
      const tf = peer?.tfModel(cell, shape);
      const ways = {
        ours1: atThreads(1, model.training),
        ours2: atThreads(2, model.training),
        ...(tf ? { accelerated: atThreads(2, tf.acceleratedTraining) } : {}),
        ...(torch.name ? { torch1: () => torch.seconds('train', cell, shape, 1), torch2: () => torch.seconds('train', cell, shape, 2) } : {}),
        // At 512 units TF.js takes minutes a step.
        ...(tf && shape[3] < 512 ? { tfjs: Object.assign(() => tf.plainTraining(), { rounds: shape[3] >= 256 ? 1 : 2 }) } : {}),
      };
      const t = await inTurns(ways, rounds);
      const ours = better(t.ours1, t.ours2);
      print([cell, shape.join(', '), both(t.ours1), both(t.ours2), both(t.torch1), both(t.torch2), ratio(ours, better(t.torch1, t.torch2)), both(t.tfjs), t.tfjs ? (t.tfjs.median / ours.median).toFixed(0) : '-', both(t.accelerated)]);
      tf?.dispose();
    }
  }
}
torch.stop?.();
