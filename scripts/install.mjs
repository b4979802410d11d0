// Installs what package-lock.json locks.

import { spawnSync } from 'node:child_process';
import { Failure, root } from './fresh.mjs';

export function install() {
  console.error('see-rnn: installing packages (npm ci)');
  const args = ['ci', '--include=dev', '--loglevel=error', '--no-progress'];
  // npm tells the scripts it runs where it lies; without it, the one on the path is run (npm.cmd on Windows needs a shell).
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const { status, error } = spawnSync(npm[0], [...npm.slice(1), ...args], {
    cwd: root, stdio: ['ignore', 2, 2], shell: npm.length === 1 && process.platform === 'win32',
  });
  if (error || status !== 0) {
    const reason = error ? error.message : `exit code ${status}`;
    throw new Failure(`'npm ci' failed (${reason}); its own message is above`);
  }
}
