#!/usr/bin/env node
import { run } from './run.js';

// A reader that closes early (`see-rnn --help | head -1`) is no error, and no reason to leave a figure unwritten.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

// Ending by `process.exit` lets writes under way take their temporary files along. The codes are the shell's: 128 + signal.
for (const [signal, number] of [['SIGHUP', 1], ['SIGINT', 2], ['SIGTERM', 15]] as const) {
  process.once(signal, () => { process.exit(128 + number); });
}

process.exitCode = await run(process.argv.slice(2), process);
