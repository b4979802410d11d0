import { Drawing } from '../../paint/drawing.js';
import { platform } from '#platform';
import { writeNpy } from '../../files/npy.js';
import { complete, type Drawn } from '../figures/drawn.js';
import { NotYet } from './blocks.js';
import type { Cursor, Marked } from './crosshair.js';
import { button, chooser, element, setText } from './dom.js';
import { Kept } from './kept.js';
import { afterKey, KEYS } from './keys.js';
import { Picture } from './picture.js';
import { inData, placeAt } from './places.js';
import type { Chosen, Request, Sheet } from './sheet.js';
import type { Job, Slices } from './slices.js';
import type { State, Store } from './state.js';
import { moved, within, zoomed } from './stretch.js';
import type { Views } from './views.js';

/** What a view needs of the page. */
export interface Surroundings {
  readonly store: Store;
  readonly slices: Slices;
  /** Those that stand on the page. */
  readonly views: Views;
  /** Resolves when all of the page has been read. */
  readonly whole: Promise<void>;
  /** Shows one panel of a sheet, or all of it, by itself. */
  enlarge(sheet: Sheet, panel: number | null, chosen: Chosen): void;
}

/** Moved less than this, in pixels, a press is a click. */
const CLICK = 4;
const FURTHEST_PIXELS = 3;

/** A sheet on the page: drawn when it comes in sight and when something changes that it follows. */
export class View implements Job {
  readonly root: HTMLElement;
  private readonly plot: HTMLElement;
  private readonly picture = new Picture();
  private readonly kept = new Kept();
  private readonly readout = element('output', { class: 'readout', 'aria-live': 'off' });
  private readonly description = element('p', { class: 'unseen' });
  private readonly tools = element('div', { class: 'tools' });
  private readonly whole: HTMLButtonElement;
  private chosen: Map<string, string>;
  private drawn: Drawn | null = null;
  private cursor: Cursor | null = null;
  private press: { readonly panel: number; readonly from: number; readonly to: number } | null = null;
  private dragging: Marked['dragged'] = null;
  private visible = false;
  private stale = true;
  /** Whether only the stretch that is shown has changed since it was drawn. */
  private moved = false;
  private width = 0;
  private printed = false;
  private later: ReturnType<typeof setTimeout> | undefined;
  private readonly ends: (() => void)[];

  constructor(private readonly sheet: Sheet, private readonly around: Surroundings, private readonly only: { readonly panel: number | null; readonly chosen: Chosen } | null = null) {
    this.chosen = new Map(only?.chosen);
    const level = only === null ? 'h4' : 'h2';
    const id = `figure-${++count}`;
    this.plot = element('div', { class: 'plot', tabindex: 0, role: 'application', 'aria-roledescription': 'figure', 'aria-label': sheet.heading, 'aria-describedby': `${id}-what` }, ...this.picture.canvases);
    this.description.id = `${id}-what`;
    this.whole = button('Show all', () => { this.showAll(); }, { hidden: true, title: 'Show the whole axis again (0)' });
    const save = (label: string, what: string, act: () => Promise<void>): HTMLButtonElement =>
      button(label, () => { act().catch(reportError); }, { 'aria-label': `Save ${what} of: ${sheet.heading}`, title: `Save ${what}` });
    this.root = element('figure', { class: sheet.wide ? 'view wide' : 'view', 'aria-labelledby': id },
      element('div', { class: 'head' }, element(level, { id }, sheet.heading), this.tools),
      this.plot, this.readout,
      element('figcaption', {}, element('p', {}, sheet.about), this.description, element('div', { class: 'saves' },
        this.whole,
        ...(only === null ? [button('Enlarge', () => { this.enlarge(null); }, { 'aria-label': `Enlarge: ${sheet.heading}` })] : []),
        save('PNG', 'the picture as PNG', () => this.save('png')), save('SVG', 'the picture as SVG', () => this.save('svg')), save('.npy', 'its numbers as .npy', () => this.saveData()),
      )));
    this.showChoices();
    this.listenToPointer();
    this.plot.addEventListener('keydown', (event) => { this.onKey(event); });

    const sight = new IntersectionObserver((entries) => { this.seen(entries.at(-1)!.isIntersecting); }, { rootMargin: '400px' });
    sight.observe(this.root);
    const size = new ResizeObserver(() => {
      const { clientWidth } = this.plot;
      if (clientWidth === this.width || this.printed) return;
      const isFirst = this.width === 0;
      this.width = clientWidth;
      this.redraw();
      if (!isFirst) around.views.reserveSoon();
    });
    size.observe(this.plot);
    if (only === null) around.views.add(this);
    this.ends = [around.store.listen((before) => { this.changed(before); }), () => { sight.disconnect(); size.disconnect(); }];
  }

  end(): void {
    clearTimeout(this.later);
    this.around.slices.drop(this);
    for (const end of this.ends) end();
  }

  /** Draws anew, now where it can be seen, else when it is. */
  redraw(): void {
    this.moved = false;
    this.drawSoon();
  }

  private drawSoon(): void {
    this.stale = true;
    if (!this.visible || this.printed) return;
    clearTimeout(this.later);
    // What is beside the screen waits until the wheel rests.
    if (this.drawn === null || this.onScreen()) this.around.slices.want(this);
    else this.later = setTimeout(() => { this.around.slices.want(this); }, 200);
  }

  /** Takes the height that it will have once it is drawn, so that nothing moves when it is. */
  reserve(): void {
    if (this.drawn !== null && !this.stale) return;
    this.width = this.plot.clientWidth;
    if (this.width === 0) return;
    try {
      this.plot.style.minHeight = `${this.sheet.draw({ ...this.request(), kept: new Kept() }).figure.height}px`;
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      error.read.then(() => { this.reserve(); }, reportError);
    }
  }

  /** How many pixels its picture has, or will have, at a device pixel to each. */
  get area(): number { return this.plot.clientWidth * this.plot.clientHeight; }

  /** Draws all of it at once, light, as paper is; what is still being read stays out. */
  print(scale: number): void {
    if (this.printed || this.width === 0) return;
    this.printed = true;
    this.around.slices.drop(this);
    try {
      const drawn = this.sheet.draw({ ...this.request({ scale }), kept: new Kept() });
      this.picture.begin(drawn, { scale, dark: false, moved: false });
      while (this.picture.step());
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
    }
  }

  /** Shows what the screen showed before it was printed. */
  endPrint(): void {
    if (!this.printed) return;
    this.printed = false;
    if (this.visible) this.redraw();
    else this.forget();
  }

  onScreen(): boolean {
    const { top, bottom } = this.root.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  }

  private seen(visible: boolean): void {
    this.visible = visible;
    if (visible && this.stale) this.drawSoon();
    if (visible) return;
    if (!this.printed) this.forget();
  }

  /** Out of sight its pixels are given back, or a model of many layers takes gigabytes. */
  private forget(): void {
    this.around.slices.drop(this);
    this.stale = true;
    this.picture.clear();
    this.kept.clear();
  }

  private changed(before: State): void {
    const { state } = this.around.store;
    const group = this.drawn?.probe?.group;
    if (state.dark !== before.dark || this.sheet.follows.some((part) => state[part] !== before[part])) this.redraw();
    else if (group !== undefined && state.stretches.get(group) !== before.stretches.get(group)) this.drawSoon();
    else if (state.pointed !== before.pointed && (state.pointed?.group === group || before.pointed?.group === group)) this.markAgain();
  }

  private request(space: Partial<Request['space']> = {}): Request {
    const scale = Math.min(FURTHEST_PIXELS, devicePixelRatio);
    return { space: { width: this.width, scale, titled: false, large: this.only !== null, ...space }, store: this.around.store, chosen: this.chosen, kept: this.kept, panel: this.only?.panel ?? null };
  }

  /** Draws all but the panels' marks. */
  begin(): void {
    if (this.width === 0) this.width = this.plot.clientWidth;
    if (this.width === 0) return;
    const { space } = this.request();
    if (!this.whenRead(() => { this.drawn = this.sheet.draw(this.request()); })) return;
    const drawn = this.drawn!;
    this.picture.begin(drawn, { scale: space.scale, dark: this.around.store.state.dark, moved: this.moved });
    [this.stale, this.moved] = [false, true];
    this.plot.style.minHeight = `${drawn.figure.height}px`;
    setText(this.description, `${drawn.figure.description} ${drawn.probe === null ? '' : KEYS}`);
    const { probe } = drawn;
    this.whole.hidden = probe === null || !this.around.store.state.stretches.has(probe.group);
    this.plot.classList.toggle('live', probe !== null);
    if (this.cursor && (probe === null || this.cursor.panel >= drawn.figure.panels.length || this.cursor.row >= probe.rows(this.cursor.panel))) this.cursor = null;
    this.say();
    this.markAgain();
  }

  /** Draws one panel more. */
  step(): boolean {
    let more = false;
    return this.whenRead(() => { more = this.picture.step(); }) && more;
  }

  /** Does what needs numbers; where these are still being read, it is drawn anew when they have been. Returns whether it was done. */
  private whenRead(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      setText(this.readout, 'Being read \u2026');
      error.read.then(() => { this.redraw(); }, reportError);
      return false;
    }
  }

  private markAgain(): void {
    this.whenRead(() => { this.picture.mark({ pointed: this.around.store.state.pointed, cursor: this.cursor, dragged: this.dragging }); });
  }

  /** What is read where the cursor is. */
  private say(): void {
    const { probe } = this.drawn ?? { probe: null };
    const { cursor } = this;
    this.whenRead(() => { setText(this.readout, cursor && probe ? probe.at(cursor.panel, cursor.row, cursor.x).text : ''); });
  }

  private moveTo(cursor: Cursor | null): void {
    this.cursor = cursor;
    const group = this.drawn?.probe?.group;
    this.say();
    this.around.store.point(cursor && group !== undefined ? { group, x: cursor.x } : null);
    this.markAgain();
  }

  private onKey(event: KeyboardEvent): void {
    if (this.drawn === null || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' && this.only === null) this.enlarge(this.cursor?.panel ?? null);
    else if (event.key === 'Escape' && this.only === null && this.cursor !== null) this.moveTo(null);
    else {
      const cursor = afterKey(event.key, { cursor: this.cursor, drawn: this.drawn, store: this.around.store });
      if (cursor === undefined) return;
      this.readout.setAttribute('aria-live', 'polite');
      this.moveTo(cursor);
    }
    event.preventDefault();
  }

  private listenToPointer(): void {
    const { plot } = this;
    const point = (event: MouseEvent): { px: number; py: number } => {
      const { left, top } = this.picture.bounds();
      return { px: event.clientX - left, py: event.clientY - top };
    };
    plot.addEventListener('pointermove', (event) => {
      const { px, py } = point(event);
      if (this.press) this.drag(px);
      else this.hover(px, py);
    });
    plot.addEventListener('pointerleave', () => { if (!this.press) this.moveTo(null); });
    plot.addEventListener('pointerdown', (event) => {
      const { px, py } = point(event);
      const place = this.drawn && placeAt(this.drawn.figure, px, py);
      if (event.button !== 0 || !place) return;
      this.press = { panel: place.panel, from: px, to: px };
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener('pointerup', () => { this.release(); });
    plot.addEventListener('pointercancel', () => {
      this.press = this.dragging = null;
      this.markAgain();
    });
    plot.addEventListener('wheel', (event) => { this.onWheel(event, point(event)); }, { passive: false });
  }

  private hover(px: number, py: number): void {
    const { figure, probe } = this.drawn ?? {};
    if (!figure || !probe) return;
    const place = placeAt(figure, px, py);
    this.readout.setAttribute('aria-live', 'off'); // else a screen reader reads out every pixel
    if (!place) {
      this.moveTo(null);
      return;
    }
    const x = probe.position(place.x);
    this.moveTo({ panel: place.panel, x, row: probe.nearest(place.panel, x, place.y) });
  }

  private drag(px: number): void {
    const { panel, from } = this.press!;
    const { box } = this.drawn!.figure.panels[panel]!;
    this.press = { panel, from, to: Math.max(box.x, Math.min(box.x + box.width, px)) };
    if (this.drawn!.probe?.zooms !== true || (this.dragging === null && Math.abs(px - from) < CLICK)) return;
    this.dragging = this.press;
    this.markAgain();
  }

  private release(): void {
    const { press, dragging, drawn } = this;
    this.press = this.dragging = null;
    if (!press || !drawn) return;
    if (!dragging || !drawn.probe) {
      this.enlarge(press.panel);
      return;
    }
    const { probe } = drawn;
    const at = (px: number): number => probe.position(inData(drawn.figure.panels[dragging.panel]!, px, 0).x);
    const [a, b] = [at(dragging.from), at(dragging.to)];
    this.around.store.show(probe.group, within([Math.min(a, b), Math.max(a, b)], probe.length));
    this.markAgain();
  }

  /** The wheel scrolls the page, unless Ctrl is held, or the figure has the focus or the screen to itself. */
  private onWheel(event: WheelEvent, { px, py }: { readonly px: number; readonly py: number }): void {
    const { figure, probe } = this.drawn ?? {};
    if (!figure || !probe?.zooms || !(event.ctrlKey || event.metaKey || this.only !== null || document.activeElement === this.plot)) return;
    const place = placeAt(figure, px, py);
    if (!place) return;
    event.preventDefault();
    const { store } = this.around;
    const stretch = store.stretchOf(probe.group, probe.length);
    const lines = event.deltaMode === 0 ? 1 : 20;
    const [dx, dy] = event.shiftKey ? [event.deltaX + event.deltaY, 0] : [event.deltaX, event.deltaY];
    const perPixel = (stretch[1] - stretch[0] + 1) / figure.panels[place.panel]!.box.width;
    store.show(probe.group, Math.abs(dx) > Math.abs(dy) ? moved(stretch, dx * lines * perPixel, probe.length) : zoomed(stretch, probe.position(place.x), 2 ** (dy * lines * 0.002), probe.length));
  }

  private showAll(): void {
    const group = this.drawn?.probe?.group;
    if (group === undefined) return;
    this.around.store.show(group, null);
    this.plot.focus(); // the button goes
  }

  private enlarge(panel: number | null): void {
    if (this.only !== null) return;
    this.around.enlarge(this.sheet, panel, this.chosen);
  }

  /** Choices whose options follow from another are made anew with it. */
  private showChoices(): void {
    for (const { name, options } of this.sheet.choices) {
      const values = options(this.chosen);
      if (!values.some(({ value }) => value === this.chosen.get(name))) this.chosen.set(name, values[0]?.value ?? '');
    }
    const held = this.tools.contains(document.activeElement) ? (document.activeElement as HTMLElement).closest('label')?.textContent : undefined;
    this.tools.replaceChildren(...this.sheet.choices.filter(({ options }) => options(this.chosen).length > 1).map(({ name, label, options }) =>
      chooser(label, options(this.chosen), this.chosen.get(name)!, (value) => {
        this.chosen.set(name, value);
        this.cursor = null;
        this.showChoices();
        this.redraw();
      })));
    if (held !== undefined) [...this.tools.querySelectorAll('label')].find((label) => label.textContent === held)?.querySelector('select')?.focus();
  }

  private get file(): string {
    return [this.sheet.file, ...(this.sheet.follows.includes('norm') ? [`${this.around.store.state.norm}-norm`] : []), ...[...this.chosen.values()].filter((value) => /^[\w/ -]{1,40}$/.test(value)).map((value) => value.replace(/[^\w-]+/g, '-'))].join('-');
  }

  private async save(format: 'png' | 'svg'): Promise<void> {
    await this.around.whole;
    const drawn = this.sheet.draw({ ...this.request({ width: Math.max(480, this.width), scale: 2, titled: true }), kept: new Kept() });
    await new Drawing(complete(drawn)).save(`${this.file}.${format}`);
  }

  private async saveData(): Promise<void> {
    await this.around.whole;
    await platform.save(`${this.file}.npy`, writeNpy(this.sheet.data(this.request())), 'application/octet-stream');
  }
}

let count = 0;

