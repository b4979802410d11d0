// Seconds of one training iteration of examples 1 and 4 (two LSTM layers of 6 and of 256 units, 16 samples, 100 timesteps, Adam): by the
// graph's own gradients, as the examples do it; by TF.js's own layers on its WASM backend, and by these under accelerate().
// Run: npm run build && node bench/training.mjs

import { graphModel } from './graph.mjs';
import { inTurns } from './measure.mjs';
import { startTf, tfModel } from './peers/tfjs.mjs';

await startTf();

console.log('LSTM > LSTM, 16 samples, 100 timesteps: milliseconds an iteration, median (least)');
for (const [example, units, rounds] of [[1, 6, 20], [4, 256, 7]]) {
  const shape = [16, 100, 2 * units, units];
  const [ours, theirs] = [graphModel('LSTM', shape), tfModel('LSTM', shape)];
  const t = await inTurns({ graph: ours.training, accelerated: theirs.acceleratedTraining, tfjs: Object.assign(theirs.plainTraining, { rounds: 2 }) }, rounds);
  const text = ({ median, least }) => `${(1000 * median).toPrecision(3)} (${(1000 * least).toPrecision(3)})`;
  console.log(`example ${example}, ${String(units).padStart(3)} units: the graph ${text(t.graph)}, TF.js under accelerate() ${text(t.accelerated)}, TF.js ${text(t.tfjs)}; the graph takes ${(t.graph.median / t.accelerated.median).toFixed(2)} of the accelerated time`);
  theirs.dispose();
}
