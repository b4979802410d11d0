import { describe, expect, it } from 'vitest';
import { PartsProgress } from '../../src/cli/parts-progress.js';

describe('the progress of samples in parts', () => {
  /** Half a second a part. */
  function watched(columns?: number): string[] {
    const written: string[] = [];
    let time = 0;
    const progress = new PartsProgress({ columns, write: (text: string) => written.push(text) }, 'samples', () => time);
    for (const done of [256, 512, 768, 1000]) {
      time += 500;
      progress.report(done, 1000);
    }
    progress.end();
    return written;
  }

  // eslint-disable-next-line no-control-regex -- a terminal's escape codes are left out
  const plain = (text: string): string => text.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '');

  it('is a bar on a terminal, with the time left, which is gone at the end', () => {
    const lines = watched(100).map(plain);
    expect(lines.slice(0, 4)).toEqual([
      'samples  ██████░░░░░░░░░░░░░░░░░░  256/1000  2 s left\n', 'samples  ████████████░░░░░░░░░░░░  512/1000  1 s left\n',
      'samples  ██████████████████░░░░░░  768/1000  1 s left\n', 'samples  ████████████████████████  1000/1000\n',
    ]);
    expect(lines.slice(4).join('')).toBe('');
    expect(watched(100).slice(4).join('')).not.toBe('');
  });

  it('fits a narrow terminal', () => {
    expect(plain(watched(40)[0]!)).toBe('samples  256/1000  2 s left\n');
  });

  it('is nothing elsewhere', () => {
    expect(watched()).toEqual([]);
  });

  it('is drawn ten times a second at most, and at the end', () => {
    const written: string[] = [];
    let time = 0;
    const progress = new PartsProgress({ columns: 100, write: (text: string) => written.push(text) }, 'samples', () => time);
    for (let done = 1; done <= 1000; done++) {
      time += 1;
      progress.report(done, 1000);
    }
    expect(written.filter((text) => text.includes('/1000')).length).toBeLessThanOrEqual(12);
    expect(written.join('')).toContain('1000/1000');
  });
});
