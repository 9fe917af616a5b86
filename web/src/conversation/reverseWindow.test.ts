import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Heights } from './mountedRange';
import { ReverseWindow, type Target, type View } from './reverseWindow';

/** A browser's layout in a few lines: rows in flow between two spacers, in a box that counts from its end. */
class Page {
  items: { key: string }[] = [];
  readonly actual = new Map<string, number>();
  readonly box = { scrollTop: 0, clientHeight: 600, scrollHeight: 600 };
  view: View | null = null;
  range = { start: 0, end: 0, above: 0, below: 0 };
  draws = 0;
  readonly lost: string[] = [];
  #isDue = false;
  readonly engine: ReverseWindow;

  constructor(
    heights: readonly number[],
    opening: Target = { kind: 'end' },
    known = new Heights(),
  ) {
    for (const [index, height] of heights.entries()) this.add(`k${index}`, height);
    this.engine = new ReverseWindow(known, opening, () => (this.#isDue = true));
    this.draw();
  }

  add(key: string, height: number, at = this.items.length): void {
    this.items = this.items.toSpliced(at, 0, { key });
    this.actual.set(key, height);
  }

  /** Draws until nothing more is asked for, all within one frame; notes rows in sight that were unmounted. */
  draw(): void {
    const inSight = this.seen;
    for (let count = 0; count < 20; count++) {
      this.#isDue = false;
      this.draws++;
      this.range = this.engine.range(this.items);
      const { start, end } = this.range;
      const unmounted = new Set(this.items.toSpliced(start, end - start).map(({ key }) => key));
      this.lost.push(...inSight.filter((key) => unmounted.has(key)));
      this.#clamp();
      this.view = this.engine.settle(this.box as HTMLElement, this.#list()) ?? this.view;
      this.#clamp();
      if (!this.#isDue) return;
    }
    throw new Error('the list never comes to rest');
  }

  scrollBy(pixels: number): void {
    this.box.scrollTop += pixels;
    this.#clamp();
    this.view = this.engine.look(this.box as HTMLElement) ?? this.view;
    if (this.#isDue) this.draw();
  }

  goTo(target: Target): void {
    this.engine.goTo(target);
    this.draw();
  }

  /** Upper edge of a row, as the reader sees it; null when it is not mounted. */
  topOf(key: string): number | null {
    const index = this.items.findIndex((item) => item.key === key);
    if (index < this.range.start || index >= this.range.end) return null;
    return this.#bottomOf(index) - this.#height(index);
  }

  get seen(): string[] {
    return this.items
      .map(({ key }) => key)
      .filter((key, index) => {
        const top = this.topOf(key);
        return top !== null && top < this.box.clientHeight && top + this.#height(index) > 0;
      });
  }

  #height(index: number): number {
    return this.actual.get(this.items[index]?.key ?? '') ?? 0;
  }

  #bottomOf(index: number): number {
    let below = this.range.below;
    for (let next = index + 1; next < this.range.end; next++) below += this.#height(next);
    return this.box.clientHeight - this.box.scrollTop - below;
  }

  #clamp(): void {
    const { start, end, above, below } = this.range;
    let content = above + below;
    for (let index = start; index < end; index++) content += this.#height(index);
    this.box.scrollHeight = Math.max(content, this.box.clientHeight);
    const furthest = this.box.clientHeight - this.box.scrollHeight;
    this.box.scrollTop = Math.min(0, Math.max(furthest, this.box.scrollTop));
  }

  #list(): HTMLElement {
    const bottom = this.box.clientHeight - this.box.scrollTop;
    const rows = this.items.slice(this.range.start, this.range.end).map(({ key }, index) => ({
      dataset: { row: key },
      getBoundingClientRect: () => ({
        bottom: this.#bottomOf(this.range.start + index),
        height: this.actual.get(key),
      }),
    }));
    const list = { getBoundingClientRect: () => ({ bottom }), querySelectorAll: () => rows };
    return list as unknown as HTMLElement;
  }
}

const rows = (count: number, height = 50) => Array.from({ length: count }, () => height);

/** Pixels of the box, from its upper edge, that show no row: only above the first row of all may there be any. */
function emptyPixels(page: Page): number {
  const { start, end, below } = page.range;
  const mounted = page.items
    .slice(start, end)
    .reduce((sum, { key }) => sum + (page.actual.get(key) ?? 0), 0);
  const near = -page.box.scrollTop;
  const missingAbove = start === 0 ? 0 : near + page.box.clientHeight - below - mounted;
  return Math.max(0, missingAbove) + Math.max(0, below - near);
}

describe('at the end', () => {
  test('a new row is in sight in the frame that draws it, and few rows are mounted', () => {
    const page = new Page(rows(10_000));
    page.add('new', 80);
    page.draw();
    expect(page.topOf('new')).toBe(520);
    expect(page.range.end - page.range.start).toBeLessThan(60);
  });

  test('whatever grows there, the end stays in sight', () => {
    const page = new Page(rows(100));
    page.actual.set('k99', 300);
    page.box.clientHeight = 400;
    page.draw();
    expect(page.topOf('k99')).toBe(100);
    expect(page.view?.isAtEnd).toBe(true);
  });
});

describe('further up', () => {
  test('a row or a composer that comes, grows or goes below moves nothing in sight', () => {
    const page = new Page(rows(100));
    page.scrollBy(-2_000);
    const [first = ''] = page.seen;
    const top = page.topOf(first);
    page.add('new', 333);
    page.draw();
    page.actual.set('k90', 90);
    page.draw();
    page.items = page.items.filter(({ key }) => key !== 'k95');
    page.draw();
    page.box.clientHeight -= 60; // the composer has grown
    page.draw();
    expect(page.topOf(first)).toBe(top);
    expect(page.view?.isAtEnd).toBe(false);
  });

  test('older history above moves nothing, not even together with a row that comes below', () => {
    const page = new Page(rows(100));
    page.scrollBy(-3_000);
    const [first = ''] = page.seen;
    const top = page.topOf(first);
    for (let n = 0; n < 50; n++) page.add(`older${n}`, 70 + n, 0);
    page.add('new', 222);
    page.draw();
    expect(page.topOf(first)).toBe(top);
  });

  test('when the held row itself goes, the next one in sight is held', () => {
    const page = new Page(rows(100));
    page.scrollBy(-2_000);
    const [first = '', second = ''] = page.seen;
    const top = page.topOf(second);
    page.items = page.items.filter(({ key }) => key !== first);
    page.add('new', 100);
    page.draw();
    expect(page.topOf(second)).toBe(top);
  });

  test('says when little is left above', () => {
    const page = new Page(rows(100));
    expect(page.view?.isNearStart).toBe(false);
    page.scrollBy(-3_800);
    expect(page.view?.isNearStart).toBe(true);
  });
});

describe('going somewhere', () => {
  test('opens at a row however far up, in its first frame', () => {
    const heights = Array.from({ length: 2_000 }, (_, index) => 30 + ((index * 37) % 200));
    const page = new Page(heights, { kind: 'row', key: 'k700', top: 96 });
    expect(page.topOf('k700')).toBe(96);
    expect(page.draws).toBeLessThan(6);
  });

  test('a row near the end leaves the list at its end', () => {
    const page = new Page(rows(100), { kind: 'row', key: 'k98', top: 96 });
    expect(page.view?.isAtEnd).toBe(true);
  });

  test('a row that is not there any more: the end', () => {
    const page = new Page(rows(100), { kind: 'row', key: 'gone', top: 96 });
    expect(page.view?.isAtEnd).toBe(true);
  });

  test('comes back to where it was left', () => {
    const known = new Heights();
    const heights = Array.from({ length: 300 }, (_, index) => 40 + (index % 90));
    const before = new Page(heights, { kind: 'end' }, known);
    before.scrollBy(-4_321);
    const { place } = before.view!;
    const after = new Page(heights, place, known);
    expect(after.seen).toEqual(before.seen);
    expect(after.topOf(after.seen[0]!)).toBe(before.topOf(before.seen[0]!));
  });

  test('to the end from far up', () => {
    const page = new Page(rows(5_000));
    page.scrollBy(-100_000);
    page.goTo({ kind: 'end' });
    expect(page.view).toMatchObject({ isAtEnd: true, lastSeen: 'k4999' });
  });

  test('to the end from the end of a tall box: no row in sight is made anew', () => {
    const page = new Page(rows(100));
    page.box.clientHeight = 3_000;
    page.draw();
    page.add('own', 50);
    page.goTo({ kind: 'end' });
    expect(page.view).toMatchObject({ isAtEnd: true, lastSeen: 'own' });
    expect(page.lost).toEqual([]);
  });
});

describe('the box is never empty', () => {
  test.each([12, 50, 700])('rows of %i px, all the way up and down', (height) => {
    const page = new Page(rows(400, height));
    expect(emptyPixels(page)).toBe(0);
    for (const by of [-450, 450]) {
      for (let n = 0; n < 200; n++) {
        page.scrollBy(by);
        expect(emptyPixels(page)).toBe(0);
      }
    }
    expect(page.lost).toEqual([]);
  });
});

test('whatever happens, the box is covered, and a reader further up sees the same row in its place', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('scroll' as const), by: fc.integer({ min: -900, max: 900 }) }),
    fc.record({ kind: fc.constant('append' as const), height: fc.integer({ min: 20, max: 400 }) }),
    fc.record({ kind: fc.constant('prepend' as const), height: fc.integer({ min: 20, max: 400 }) }),
    fc.record({
      kind: fc.constant('grow' as const),
      at: fc.nat(500),
      height: fc.integer({ min: 20, max: 400 }),
    }),
    fc.record({ kind: fc.constant('remove' as const), at: fc.nat(500) }),
  );
  const heights = fc.array(fc.integer({ min: 20, max: 400 }), { minLength: 40, maxLength: 120 });
  fc.assert(
    fc.property(heights, fc.array(step, { maxLength: 40 }), (given, steps) => {
      const page = new Page(given);
      for (const [index, each] of steps.entries()) {
        const wasAtEnd = page.view?.isAtEnd;
        const [held = ''] = page.seen;
        const top = page.topOf(held);
        const at = 'at' in each ? each.at % page.items.length : 0;
        const key = page.items[at]?.key ?? '';
        // A row in sight that changes moves its neighbours on one side; that is another test's subject.
        const isInSight = page.seen.includes(key);
        if (each.kind === 'append') page.add(`a${index}`, each.height);
        if (each.kind === 'prepend') page.add(`p${index}`, each.height, 0);
        if (each.kind === 'grow' && !isInSight) page.actual.set(key, each.height);
        if (each.kind === 'remove' && !isInSight && page.items.length > 45) {
          page.items = page.items.filter((item) => item.key !== key);
        }
        if (each.kind === 'scroll') page.scrollBy(each.by);
        else page.draw();
        const isHeld = each.kind !== 'scroll' && !wasAtEnd && page.box.scrollTop < 0;
        expect(isHeld ? page.topOf(held) : top).toBeCloseTo(top ?? NaN, 3);
        expect(wasAtEnd && each.kind !== 'scroll' && page.box.scrollTop < -2).toBe(false);
        expect(page.lost).toEqual([]);
        expect(emptyPixels(page)).toBe(0);
      }
    }),
    { numRuns: 300 },
  );
});
