import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const page = readFileSync(at('docs/gallery.md'), 'utf8');
const program = readFileSync(at('scripts/gallery.mjs'), 'utf8');

describe('docs/gallery.md', () => {
  it("has See RNN's examples 1 to 13", () => {
    expect([...page.matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number))).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
  });

  it('shows the lines that make its figures, word for word', () => {
    const blocks = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code!);
    expect(blocks).toHaveLength(13);
    blocks.forEach((code, i) => {
      const [, body] = new RegExp(`\\n {2}async ${i + 1}\\(\\) \\{\\n([^]*?)\\n {2}\\},`).exec(program)!;
      const lines = body!.split('\n').map((line) => line.replace(/^ {4}/, '').replace(/`\$\{images\}\/([^`]*)`/g, "'$1'"));
      expect(code.trimEnd().split('\n'), `example ${i + 1}`).toEqual(lines);
    });
  });

  it('shows every image that the program makes, and no other', () => {
    const shown = [...page.matchAll(/\(images\/gallery\/([^)]+)\)/g)].map(([, name]) => name!).sort();
    expect(shown).toEqual([...program.matchAll(/`\$\{images\}\/([^`]+)`/g)].map(([, name]) => name!).sort());
    for (const name of shown) expect(existsSync(at(`docs/images/gallery/${name}`)), name).toBe(true);
  });
});
