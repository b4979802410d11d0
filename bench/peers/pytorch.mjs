// PyTorch as a peer: a child process that runs a job when asked to. Its Python is Debian's, which has python3-torch; PYTHON names another.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** @returns null where there is no PyTorch, and why */
export async function startPyTorch() {
  const python = process.env.PYTHON ?? '/usr/bin/python3';
  const child = spawn(python, [new URL('pytorch.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its threads are to sleep between jobs, not to spin beside ours.
    env: { ...process.env, OMP_WAIT_POLICY: 'passive' },
  });
  let errors = '';
  child.stderr.on('data', (text) => { errors += text; });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = once(child, 'error').then(([error]) => ({ done: true, error }));
  const next = async () => {
    const { done, value, error } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error((error?.message ?? errors).trim().split('\n').at(-1));
    return JSON.parse(value);
  };
  try {
    const { version } = await next();
    return {
      name: `PyTorch ${version}`,
      async seconds(what, cell, shape, threads) {
        child.stdin.write(`${JSON.stringify({ what, cell, shape, threads })}\n`);
        return (await next()).seconds;
      },
      stop: () => { child.kill(); },
    };
  } catch (error) {
    return { name: null, why: error.message };
  }
}
