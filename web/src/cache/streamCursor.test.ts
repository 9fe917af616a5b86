import { expect, test } from 'vitest';
import { StreamCursor } from './streamCursor';

const snapshot = (seq: number, epoch = 'e') => ({ epoch, as_of_seq: seq });

test('the first snapshot begins the stream, and one read before it has a gap', () => {
  const cursor = new StreamCursor();
  expect(cursor.covers(snapshot(12))).toBe(true);
  expect(cursor.seq).toBe(12);
  expect(cursor.covers(snapshot(11))).toBe(false);
  expect(cursor.covers(snapshot(12))).toBe(true);
});

test('events raise it and nothing lowers it; snapshots from its beginning on stay good', () => {
  const cursor = new StreamCursor();
  cursor.covers(snapshot(12));
  cursor.raise(20);
  cursor.raise(15);
  expect(cursor.seq).toBe(20);
  expect(cursor.covers(snapshot(13))).toBe(true);
});

test('after a reset only what was read since counts, and another store never does', () => {
  const cursor = new StreamCursor();
  cursor.covers(snapshot(12));
  cursor.restart('f', 3);
  expect(cursor.covers(snapshot(40))).toBe(false);
  expect(cursor.covers(snapshot(2, 'f'))).toBe(false);
  expect(cursor.covers(snapshot(3, 'f'))).toBe(true);
});
