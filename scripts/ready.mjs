// Makes a checkout ready to run: installs the locked packages where they are missing or others, builds where a source
// changed. Says nothing when there is nothing to do. Everything goes to standard error: standard output belongs to the
// command that follows.

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) {
  console.error(`see-rnn needs Node 20 or newer, found ${process.versions.node}`);
  process.exit(1);
}

const { isInstalled, isBuilt, endWith } = await import('./fresh.mjs');

try {
  if (!isInstalled()) {
    const { install } = await import('./install.mjs');
    install();
  }
  if (!isBuilt()) {
    const { build } = await import('./build.mjs');
    await build();
  }
} catch (error) {
  endWith(error);
}
