import { beforeEach, expect, test } from 'vitest';
import { Browser, type Tab } from '../testing/outboxWorld';
import { CONVERSATION } from '../testing/rows';

let browser: Browser;
let tab: Tab;

beforeEach(() => {
  browser = new Browser();
  tab = browser.openTab();
});

const written = () => new Promise((resolve) => setTimeout(resolve));

test('a draft keeps the id it got with its first letter', () => {
  tab.drafts.setText(CONVERSATION, 'H');
  const id = tab.drafts.get(CONVERSATION)?.id;
  tab.drafts.setText(CONVERSATION, 'Hello');
  expect(tab.drafts.get(CONVERSATION)).toMatchObject({ id, text: 'Hello' });
  tab.drafts.setText(CONVERSATION, '');
  tab.drafts.setText(CONVERSATION, 'N');
  expect(tab.drafts.get(CONVERSATION)?.id).not.toBe(id);
});

test('Enter consumes it in the same task: a second Enter finds nothing', () => {
  tab.drafts.setText(CONVERSATION, 'Hello');
  expect(tab.drafts.consume(CONVERSATION)?.text).toBe('Hello');
  expect(tab.drafts.consume(CONVERSATION)).toBeNull();
});

test('its stored copy stays until the write that stores the entry', async () => {
  tab.drafts.setText(CONVERSATION, 'Hello');
  await written();
  tab.drafts.consume(CONVERSATION);
  await written();
  expect(browser.drafts.get(CONVERSATION)?.text).toBe('Hello');
});

test('every letter reaches the storage, however fast they come', async () => {
  for (const text of ['H', 'He', 'Hel']) tab.drafts.setText(CONVERSATION, text);
  await written();
  expect(browser.drafts.get(CONVERSATION)?.text).toBe('Hel');
  tab.drafts.setText(CONVERSATION, '');
  await written();
  expect(browser.drafts.size).toBe(0);
});

test('a text that came back is put into an empty composer only, under a new id', () => {
  expect(tab.drafts.lift(CONVERSATION, 'came back', { code: 'refused', params: {} })).toBe(true);
  expect(tab.drafts.get(CONVERSATION)?.returned?.code).toBe('refused');
  expect(tab.drafts.lift(CONVERSATION, 'another', null)).toBe(false);
  expect(tab.drafts.get(CONVERSATION)?.text).toBe('came back');
  tab.drafts.setText(CONVERSATION, 'came back, changed');
  expect(tab.drafts.get(CONVERSATION)?.returned).toBeNull();
});

test('at the agent’s wish it goes after what is typed', () => {
  tab.drafts.setText(CONVERSATION, 'typed');
  tab.drafts.append(CONVERSATION, 'came back', null);
  expect(tab.drafts.get(CONVERSATION)?.text).toBe('typed\ncame back');
});

test('a draft whose id has become a message is dropped; a changed one gets an id of its own', () => {
  tab.drafts.setText(CONVERSATION, 'Hello');
  const id = tab.drafts.get(CONVERSATION)?.id ?? '';
  tab.drafts.release(id, 'Hello, world');
  expect(tab.drafts.get(CONVERSATION)).toMatchObject({ text: 'Hello' });
  const renewed = tab.drafts.get(CONVERSATION)?.id ?? '';
  expect(renewed).not.toBe(id);
  tab.drafts.release(renewed, 'Hello');
  expect(tab.drafts.get(CONVERSATION)).toBeUndefined();
  tab.drafts.setText(CONVERSATION, 'Hello ');
  tab.drafts.release(tab.drafts.get(CONVERSATION)?.id ?? '', 'Hello');
  expect(tab.drafts.get(CONVERSATION)).toBeUndefined();
});

test('letters typed before the storage answered belong to the end of what it held', () => {
  tab.drafts.setText(CONVERSATION, ' and more');
  tab.drafts.adopt([{ id: 'stored', conversationId: CONVERSATION, text: 'Kept' }]);
  expect(tab.drafts.get(CONVERSATION)).toMatchObject({ id: 'stored', text: 'Kept and more' });
});

test('what another tab has told since is newer than what the storage held', async () => {
  const other = browser.openTab();
  tab.drafts.setText(CONVERSATION, 'Hello, wor');
  await written();
  other.drafts.adopt([{ id: 'stored', conversationId: CONVERSATION, text: 'Hel' }]);
  expect(other.drafts.get(CONVERSATION)?.text).toBe('Hello, wor');
});

test('what is only read from the storage is not told: another tab may have gone on typing', async () => {
  const other = browser.openTab();
  other.drafts.setText(CONVERSATION, 'Hello, world');
  await written();
  const late = browser.openTab();
  late.drafts.adopt([{ id: 'stored', conversationId: CONVERSATION, text: 'Hello' }]);
  await written();
  expect(other.drafts.get(CONVERSATION)?.text).toBe('Hello, world');
  expect(browser.drafts.get(CONVERSATION)?.text).toBe('Hello, world');
});

test('a stored draft outlives an Enter that was quicker than the storage', async () => {
  tab.drafts.setText(CONVERSATION, 'quick');
  tab.drafts.consume(CONVERSATION);
  tab.drafts.adopt([{ id: 'stored', conversationId: CONVERSATION, text: 'Kept' }]);
  await written();
  expect(tab.drafts.get(CONVERSATION)?.text).toBe('Kept');
  expect(browser.drafts.get(CONVERSATION)?.text).toBe('Kept');
});

test.each([
  ['is dropped, here and in the storage', 'Hello ', 'Hello', undefined],
  ['is kept under a new id when it says something else', 'Hello, world', 'Hello', 'Hello, world'],
])('a stored draft whose id is a message %s (R1)', async (_what, text, sent, kept) => {
  const draft = { id: 'stored', conversationId: CONVERSATION, text };
  browser.drafts.set(CONVERSATION, draft);
  tab.drafts.adopt([draft], () => sent);
  await written();
  expect(tab.drafts.get(CONVERSATION)?.text).toBe(kept);
  expect(tab.drafts.get(CONVERSATION)?.id).not.toBe('stored');
  expect(browser.drafts.get(CONVERSATION)?.text).toBe(kept);
});

test('all tabs of a browser show the same draft', async () => {
  const other = browser.openTab();
  tab.drafts.setText(CONVERSATION, 'Hello');
  await written();
  expect(other.drafts.get(CONVERSATION)?.text).toBe('Hello');
  other.drafts.consume(CONVERSATION);
  await written();
  expect(tab.drafts.get(CONVERSATION)).toBeUndefined();
});

test('what another tab ended late does not end what was typed here meanwhile', () => {
  const other = browser.openTab();
  tab.drafts.setText(CONVERSATION, 'first');
  const before = tab.drafts.consume(CONVERSATION);
  other.drafts.setText(CONVERSATION, 'second');
  const draft = other.drafts.get(CONVERSATION);
  // The word of the first letters and of their Enter comes only now.
  other.drafts.hear({ conversationId: CONVERSATION, draft: before, before: null });
  other.drafts.hear({ conversationId: CONVERSATION, draft: null, before });
  expect(other.drafts.get(CONVERSATION)).toEqual(draft);
});

test('a text that was continued here while another tab sent it goes on under an id of its own', () => {
  const other = browser.openTab();
  tab.drafts.setText(CONVERSATION, 'first');
  const before = tab.drafts.get(CONVERSATION) ?? null;
  other.drafts.setText(CONVERSATION, 'first and more');
  other.drafts.hear({ conversationId: CONVERSATION, draft: null, before });
  expect(other.drafts.get(CONVERSATION)?.text).toBe('first and more');
  expect(other.drafts.get(CONVERSATION)?.id).not.toBe(before?.id);
});
