import { describe, expect, it } from 'vitest';
import { Drawing } from '../../src/paint/drawing.js';
import { escaped, SvgContext } from '../../src/paint/svg-context.js';
import { decimal, SvgPath } from '../../src/paint/svg-path.js';
import { expectGolden } from '../golden.js';
import { everything, figure, image, line, panel, text } from './figures.js';

const svg = (...more: Parameters<typeof figure>): string => new Drawing(figure(...more)).svg();

it('writes a figure of everything', () => expectGolden(new Drawing(everything).svg(), 'everything'));

it('writes the same text each time', () => {
  const drawing = new Drawing(everything);
  expect(drawing.svg()).toBe(drawing.svg());
});

describe('path data', () => {
  it('is relative, to two decimals, without a needless letter or digit', () => {
    const path = new SvgPath();
    path.moveTo(10, 20);
    path.lineTo(10.5, 19.25);
    path.lineTo(11.004, 19.25);
    path.lineTo(11.004, 30);
    path.lineTo(12, 31);
    path.lineTo(13.129, 30.5);
    path.moveTo(0.1, -0.1);
    path.lineTo(1, 1);
    path.close();
    expect(path.data).toBe('M10 20l.5-.75h.5v10.75l1 1 1.13-.5M.1-.1l.9 1.1z');
  });

  it('does not drift: a thousand thirds end where they should', () => {
    const path = new SvgPath();
    path.moveTo(0, 0);
    for (let i = 1; i <= 3000; i++) path.lineTo(i / 3, i % 2);
    const steps = path.data.slice('M0 0l'.length).match(/-?[\d.]+/g)!.map(Number);
    expect(steps.reduce((sum, step, i) => (i % 2 === 0 ? sum + step : sum), 0)).toBeCloseTo(1000, 6);
  });

  it('of whole circles only', () => {
    const context = new SvgContext(10, 10, '');
    expect(() => { context.arc(5, 5, 1, 0, 1); }).toThrow('SvgContext.arc draws whole circles only');
    const path = new SvgPath();
    path.circle(5, 5, 1.5);
    expect(path.data).toBe('M6.5 5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 1 1 3 0');
  });

  it('writes short numbers', () => {
    expect([0, -0, 0.5, -0.5, 12, 1.005, -0.001, 1e-9, 100.999].map(decimal)).toEqual(['0', '0', '.5', '-.5', '12', '1', '0', '0', '101']);
  });
});

describe('untrusted text', () => {
  it('is escaped wherever it is shown', () => {
    const out = svg([panel([line([1, 2], { color: '"><script>alert(1)</script>' })])], {
      description: 'A <b>, & "c". \'D\' \u0001.', texts: [text('</text><script>"&\'', 1, 2), text('a\u0000b\nc\ud800\uffff', 1, 2)],
    });
    expect(out).not.toContain('<script');
    expect(out).toContain('<title>A &lt;b&gt;, &amp; &quot;c&quot;.</title>\n<desc>&#39;D&#39; \ufffd.</desc>');
    expect(out).toContain('>&lt;/text&gt;&lt;script&gt;&quot;&amp;&#39;</text>');
    expect(out).toContain('>a\\u0000b\\u000ac\ufffd\ufffd</text>');
    expect(out).toContain('stroke="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  });

  it('keeps what XML can hold', () => { expect(escaped('Δ 中 😀 \t')).toBe('Δ 中 😀 \t'); });
});

it('groups neighbours of one style', () => {
  const out = svg([], { texts: [text('a', 1, 2), text('b', 3, 4), text('c', 5, 6, { weight: 600 })] });
  expect(out).toContain('<g fill="#222222" font-size="12">\n<text x="1" y="2">a</text>\n<text x="3" y="4">b</text>\n</g>\n'
    + '<text fill="#222222" font-size="12" font-weight="600" x="5" y="6">c</text>\n');
});

it('names one clip shape once, by its shape, so that figures on one page agree', () => {
  const out = svg([panel([line([1, 2])]), panel([line([2, 1])])]);
  expect(out.match(/<clipPath /g)).toHaveLength(1);
  expect(out.match(/clip-path="url\(#see-rnn-clip-M40_20h160v80h-160z\)"/g)).toHaveLength(2);
  expect(out.match(/<g /g)).toHaveLength(out.match(/<\/g>/g)!.length);
});

it('embeds heatmaps as images of a whole number of pixels a cell', () => {
  const out = svg([panel([image([1, 0, -1], 1, 3)])]);
  const [, place, data] = /<image preserveAspectRatio="none" image-rendering="pixelated" (x="40" y="20" width="160" height="80") href="data:image\/png;base64,([^"]+)"\/>/.exec(out)!;
  expect(place).toBeDefined();
  const png = Buffer.from(data, 'base64');
  // 3 cells of 107 pixels are the first whole number to reach twice the box's width
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([321, 160]);
});

it('leaves smoothing to the viewer where cells are smaller than a pixel', () => {
  const out = svg([panel([image(new Float64Array(200), 200, 1)])]);
  expect(out).toContain('<image preserveAspectRatio="none" x="40" y="20" width="160" height="80" href=');
  const png = Buffer.from(/base64,([^"]+)"/.exec(out)![1], 'base64');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)], 'averaged to twice a screen\'s pixels').toEqual([320, 160]);
});

it('leaves out what has no size', () => {
  const out = svg([panel([line([])], { borders: { top: false, right: false, bottom: false, left: false } })], { texts: [text('', 1, 1)] });
  expect(out).not.toContain('d=""');
  expect(out).not.toContain('<text');
});
