import { describe, it } from 'vitest';
import { toPng } from '../../src/paint/png.js';
import { expectGolden } from '../golden.js';
import { pictures } from './pictures.js';

describe('pictures', () => {
  it.each(Object.entries(pictures))('%s', async (name, picture) => {
    await expectGolden(await toPng(picture()), name);
  });
});
