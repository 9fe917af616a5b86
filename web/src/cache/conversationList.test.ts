import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conversationRow, storedRow } from '../testing/rows';
import {
  conversationsOf,
  EMPTY_LIST,
  mergeConversation,
  mergeLastMessage,
  mergeListPage,
  mergeRead,
  replaceListWithPages,
  type ConversationList,
} from './conversationList';

const listOf = (...rows: ReturnType<typeof conversationRow>[]): ConversationList =>
  rows.reduce(mergeConversation, EMPTY_LIST);
const only = (list: ConversationList) => [...list.rows.values()][0];

describe('a conversation keeps the newer of each part', () => {
  test('the greater rev wins, whichever comes first', () => {
    const older = conversationRow({ rev: 1, unread_count: 2 });
    const newer = conversationRow({ rev: 2, unread_count: 0 });
    expect(only(listOf(older, newer))?.unread_count).toBe(0);
    expect(only(listOf(newer, older))?.unread_count).toBe(0);
  });

  test('the last message may be newer than the row that brings it', () => {
    const read = storedRow(4, { rev: 3, status: 'read' });
    const row = conversationRow({ rev: 2, last_message: storedRow(4, { rev: 1 }), last_pos: 4 });
    const list = mergeLastMessage(
      listOf(conversationRow({ last_pos: 4, last_message: read })),
      read,
    );
    expect(only(mergeConversation(list, row))?.last_message).toBe(read);
  });

  test('a new message moves its conversation up, a new status does not', () => {
    const message = storedRow(5);
    const list = listOf(
      conversationRow({ last_pos: 4, last_activity_at: '2020-01-01T00:00:00.000Z' }),
    );
    const moved = mergeLastMessage(list, message);
    expect(only(moved)).toMatchObject({ last_pos: 5, last_activity_at: message.created_at });
    const changed = mergeLastMessage(moved, { ...message, rev: 2, created_at: '2030-01-01' });
    expect(only(changed)?.last_activity_at).toBe(message.created_at);
  });

  test('a message that failed is last no longer once the row has counted it as unsent', () => {
    const before = storedRow(3);
    const failed = storedRow(4, { rev: 3, status: 'failed' });
    const list = mergeLastMessage(
      listOf(conversationRow({ rev: 1, last_pos: 4, last_message: storedRow(4) })),
      failed,
    );
    const row = conversationRow({ rev: 2, last_pos: 4, last_message: before, unsent_count: 1 });
    expect(only(mergeConversation(list, row))?.last_message).toBe(before);
  });

  test('a conversation nobody knows is not made from a message', () => {
    expect(mergeLastMessage(EMPTY_LIST, storedRow(1))).toBe(EMPTY_LIST);
  });

  test('reading up to the last message leaves nothing unread; less leaves the count to the server', () => {
    const list = listOf(conversationRow({ last_pos: 9, unread_count: 3 }));
    expect(only(mergeRead(list, 'conversation-1', 9))).toMatchObject({
      read_up_to_pos: 9,
      unread_count: 0,
    });
    expect(only(mergeRead(list, 'conversation-1', 8))?.unread_count).toBe(3);
    const read = mergeRead(list, 'conversation-1', 9);
    expect(mergeRead(read, 'conversation-1', 7)).toBe(read);
  });
});

test('any order of the same rows gives the same list', () => {
  const row = fc.record({ rev: fc.nat(5), pos: fc.nat(5), messageRev: fc.nat(3) }).map((each) =>
    conversationRow({
      rev: each.rev,
      unread_count: each.rev,
      last_pos: each.pos,
      last_message: storedRow(each.pos, { rev: each.messageRev }),
      last_activity_at: `2026-11-22T12:00:0${each.pos}.000Z`,
    }),
  );
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
      expect(only(listOf(...rows))).toEqual(only(listOf(...rows.toReversed())));
    }),
  );
});

describe('the list as it is shown', () => {
  const a = conversationRow({ _id: 'a', last_activity_at: '2026-11-22T12:00:01.000Z' });
  const b = conversationRow({
    _id: 'b',
    last_activity_at: '2026-11-22T12:00:02.000Z',
    unread_count: 1,
  });
  const c = conversationRow({
    _id: 'c',
    last_activity_at: '2026-11-22T12:00:02.000Z',
    unsent_count: 1,
  });

  test('is sorted by last activity, then id, as the server sorts it', () => {
    expect(conversationsOf(listOf(a, b, c), 'all').map((row) => row._id)).toEqual(['c', 'b', 'a']);
  });

  test('is filtered by what is known here', () => {
    expect(conversationsOf(listOf(a, b, c), 'unread')).toEqual([b]);
    expect(conversationsOf(listOf(a, b, c), 'unsent')).toEqual([c]);
  });

  test('remembers how far each filter has been loaded', () => {
    const first = { as_of_seq: 1, epoch: 'e', conversations: [a], next_cursor: 'next' };
    const list = mergeListPage(EMPTY_LIST, 'unread', first);
    expect(list.pages.unread).toEqual({ cursor: 'next', phase: 'partial' });
    expect(list.pages.all.phase).toBe('untouched');
    const last = mergeListPage(list, 'unread', { ...first, next_cursor: null });
    expect(last.pages.unread.phase).toBe('complete');
  });

  test('after reset holds the fetched rows and what has come since, not what has left', () => {
    const before = listOf(a, b);
    const changed = { ...b, rev: 7, unread_count: 5 };
    const now = mergeConversation(mergeConversation(before, changed), c);
    const fetched = { as_of_seq: 9, epoch: 'e', conversations: [b], next_cursor: null };
    const list = replaceListWithPages(now, before, [fetched]);
    expect([...list.rows.keys()].toSorted()).toEqual(['b', 'c']);
    expect(list.rows.get('b')).toMatchObject({ rev: 7, unread_count: 5 });
  });
});
