// Speed of the recurrent kernels, on one thread or several: two stacked layers, all steps then the last, forward both, and
// dL/d(output of the first). With all copies; against the SIMD peak measured between the runs.
// Run: npm run build && node bench/recurrence.mjs [--plain] [--threads=2] [LSTM|GRU|SimpleRNN]

import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { kernels, usePlainBuild } from '../dist/kernels/module.js';
import { setThreads, threads } from '../dist/kernels/threads.js';
import { recurrentJob } from './job.mjs';
import { peakMeter } from './peak.mjs';

const flag = (name) => process.argv.find((word) => word.startsWith(`--${name}`));
if (flag('plain')) usePlainBuild();
setThreads(Number(flag('threads=')?.split('=')[1] ?? 1));

const jobs = [[16, 100, 12, 6], [16, 1000, 16, 64], [16, 100, 16, 256], [32, 100, 256, 512]];
const kinds = ['LSTM', 'GRU', 'SimpleRNN'];

const { fused, team } = kernels();
while (team.size() < threads()) await wait(10);
const peak = await peakMeter(fused);
console.log(`Node ${process.versions.node}, ${fused ? 'fused multiply-add' : 'plain SIMD'}, ${threads()} thread${threads() > 1 ? 's; the peak is one thread\'s' : ''}`);
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
for (const kind of kinds.filter((name) => only.length === 0 || only.includes(name))) {
  for (const size of jobs) {
    const { run, flops, marks, parts } = recurrentJob(kind, size);
    run();
    const times = [];
    let top = 0;
    for (const end = performance.now() + 3000; performance.now() < end || times.length < 3;) {
      top = Math.max(top, peak());
      const start = performance.now();
      run();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const speed = flops / times[0] / 1e6;
    const split = marks.map((ms, i) => `${ms.toFixed(2)} (${(100 * parts[i] / ms / 1e6 / top).toFixed(0)} %)`).join(', ');
    console.log(`${kind.padEnd(10)} ${size.join(', ').padEnd(18)} min ${times[0].toFixed(2).padStart(8)} ms  median ${times[times.length >> 1].toFixed(2).padStart(8)} ms`
      + `  ${speed.toFixed(1).padStart(5)} GFLOP/s  ${(100 * speed / top).toFixed(0).padStart(3)} % of ${top.toFixed(1)}   forward, forward, backward, inputs: ${split}`);
  }
}
