import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heights, mountedRange } from './mountedRange';

const items = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}` }));

function measured(count: number, height: number): Heights {
  const heights = new Heights();
  for (const { key } of items(count)) heights.set(key, height);
  return heights;
}

test('the end of a long list is mounted, and the rest is as high as its rows', () => {
  const range = mountedRange(items(1_000), measured(1_000, 50), { near: 0, far: 500 });
  expect(range).toEqual({ start: 990, end: 1_000, above: 49_500, below: 0 });
});

test('further up, the rows below are as high as they are', () => {
  const range = mountedRange(items(1_000), measured(1_000, 50), { near: 1_025, far: 1_500 });
  expect(range).toEqual({ start: 970, end: 980, above: 48_500, below: 1_000 });
});

test('a short list is mounted whole', () => {
  const range = mountedRange(items(3), measured(3, 50), { near: 0, far: 1_200 });
  expect(range).toEqual({ start: 0, end: 3, above: 0, below: 0 });
});

test('rows not measured yet are guessed by the average of the others, in whole pixels', () => {
  const heights = new Heights();
  heights.set('k9', 100);
  heights.set('k8', 40);
  heights.set('k8', 61);
  expect(mountedRange(items(10), heights, { near: 0, far: 100 }).above).toBe(8 * 81 + 61);
});

test('what is mounted covers what was asked for, for any heights', () => {
  const heightList = fc.array(fc.integer({ min: 20, max: 900 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(heightList, fc.nat(5_000), fc.nat(3_000), (given, near, size) => {
      const heights = new Heights();
      for (const [index, height] of given.entries()) heights.set(`k${index}`, height);
      const whole = given.reduce((sum, height) => sum + height, 0);
      const { start, end, above, below } = mountedRange(items(given.length), heights, {
        near,
        far: near + size,
      });
      const mounted = given.slice(start, end).reduce((sum, height) => sum + height, 0);
      expect(above + mounted + below).toBe(whole);
      expect(below).toBeLessThanOrEqual(near);
      expect(below + mounted).toBeGreaterThanOrEqual(Math.min(whole, near + size));
    }),
  );
});
