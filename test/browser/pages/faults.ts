/** What a page must not do, for the test of the tests. */
export const complain = (): void => { console.error('something is wrong'); }; // eslint-disable-line no-console -- what is tested
export const warn = (): void => { console.warn('something may be wrong'); }; // eslint-disable-line no-console -- what is tested
export const askElsewhere = async (): Promise<string> => await fetch('http://example.invalid/data').then(() => 'answered', () => 'refused');
export const askForNothing = async (): Promise<number> => (await fetch('/nothing')).status;
export const throwLater = async (): Promise<void> => {
  setTimeout(() => { throw new Error('too late'); }, 0);
  await new Promise((resolve) => { setTimeout(resolve, 50); });
};
