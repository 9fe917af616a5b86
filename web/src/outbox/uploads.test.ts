import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accepted, Browser, refusal, silence } from '../testing/outboxWorld';
import { NOON, ownRow, typedMessage } from '../testing/rows';
import { FileShelf, UploadingTab } from '../testing/uploadWorld';
import { progressOf } from './uploads';

let browser: Browser;
let shelf: FileShelf;
let page: UploadingTab;

const tick = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
const entryOf = (clientId: string) => page.tab.outbox.entries.get(clientId);
const answer = (clientId: string, pos = 1) =>
  page.tab.last?.answer(accepted(entryOf(clientId), pos));

/** Another page of the same browser, after a reload or beside the first. */
const openPage = async () => {
  const opened = new UploadingTab(browser.openTab(true), browser, shelf);
  opened.tab.outbox.adopt((await opened.tab.storage.load()).entries);
  opened.tab.outbox.start();
  await tick();
  return opened;
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  browser = new Browser();
  shelf = new FileShelf();
  page = new UploadingTab(browser.openTab(), browser, shelf);
});
afterEach(() => void vi.useRealTimers());

describe('a file, then a text (R18)', () => {
  test('the text waits for the post of the file, and the file for its upload', async () => {
    page.enterFile('a');
    page.tab.enter(typedMessage('b'));
    await tick(60_000);
    expect(page.begun).toEqual(['a']);
    expect(page.tab.asked).toEqual([]);
    page.of('a')?.done();
    await tick();
    expect(page.tab.asked).toEqual(['post a']);
    answer('a');
    await tick();
    expect(page.tab.asked).toEqual(['post a', 'post b']);
  });

  test('uploads of later ones run ahead, two at a time; posts do not', async () => {
    for (const clientId of ['a', 'b', 'c']) page.enterFile(clientId);
    await tick();
    expect(page.begun).toEqual(['a', 'b']);
    page.of('b')?.done();
    await tick();
    expect(page.begun).toEqual(['a', 'b', 'c']);
    expect(page.tab.asked).toEqual([]);
    page.of('a')?.done();
    await tick();
    expect(page.tab.asked).toEqual(['post a']);
  });

  test('a slow upload is not a network that is waited for', async () => {
    page.enterFile('a');
    await tick(1);
    page.of('a')?.progress(0.4);
    await tick(30_000);
    expect(page.tab.phaseOf('a')).toBe('queued');
    expect(progressOf('a')).toBe(0.4);
    page.of('a')?.done();
    await tick(3_000);
    expect(page.tab.phaseOf('a')).toBe('waiting');
    expect(progressOf('a')).toBeUndefined();
  });

  test('a text alone is posted in the task of Enter, as ever', async () => {
    page.tab.enter(typedMessage('b'));
    await tick();
    expect(page.tab.asked).toEqual(['post b']);
  });
});

describe('no answer (R17)', () => {
  test('says that it waits, uploads again with a back-off, and goes on', async () => {
    page.enterFile('a');
    await tick();
    page.of('a')?.fail(silence());
    await tick();
    expect(page.tab.phaseOf('a')).toBe('waiting');
    await tick(500);
    expect(page.begun).toEqual(['a', 'a']);
    page.of('a')?.progress(0.1);
    expect(page.tab.phaseOf('a')).toBe('queued');
    page.of('a')?.fail(refusal(503, 'storage_full'));
    await tick(999);
    expect(page.begun).toHaveLength(2);
    await tick(1);
    page.of('a')?.done();
    await tick();
    expect(page.tab.asked).toEqual(['post a']);
  });

  test('a network that is back ends the pause', async () => {
    page.enterFile('a');
    await tick();
    page.of('a')?.fail(silence());
    await tick();
    page.uploads.wake();
    await tick();
    expect(page.begun).toEqual(['a', 'a']);
  });

  test('a file that the server has forgotten is uploaded again', async () => {
    page.enterFile('a');
    await tick();
    page.of('a')?.done();
    await tick();
    const again = page.uploads.again('a', new AbortController().signal);
    await tick();
    expect(page.begun).toEqual(['a', 'a']);
    page.of('a')?.done({ id: 'other' });
    await again;
    expect(entryOf('a')?.attachment?.uploaded).toBe('other');
  });
});

describe('what ends an upload', () => {
  test('refused: the message comes back with the reason and its file, and the lane goes on', async () => {
    page.enterFile('a');
    page.tab.enter(typedMessage('b'));
    await tick();
    page.of('a')?.fail(refusal(415, 'media_unsupported'));
    await tick();
    expect(entryOf('a')).toMatchObject({
      phase: 'returned',
      reason: { code: 'media_unsupported' },
    });
    expect(page.tab.asked).toEqual(['post b']);
    expect(shelf.files.has('file-of-a')).toBe(true);
    page.tab.outbox.remove('a');
    await tick();
    expect(shelf.dropped).toEqual(['file-of-a']);
  });

  test('stopped: nothing more leaves, and the lane goes on', async () => {
    page.enterFile('a');
    page.tab.enter(typedMessage('b'));
    await tick();
    page.tab.outbox.giveBack('a', { code: 'cancelled', params: {} });
    await tick();
    expect(page.of('a')?.signal.aborted).toBe(true);
    expect(page.tab.asked).toEqual(['post b']);
    await tick(60_000);
    expect(page.begun).toEqual(['a']);
  });

  test('stored: the file goes, but not while another message needs it', async () => {
    page.enterFile('a');
    const copy = { ...page.tab.outbox.newEntry(typedMessage('copy'), null), phase: 'returned' };
    page.tab.outbox.addOptimisticMessage({
      ...copy,
      phase: 'returned',
      attachment: { file: 'file-of-a' },
    });
    await tick();
    page.tab.outbox.settleByRow(ownRow(typedMessage('a'), 1));
    await tick();
    expect(shelf.dropped).toEqual([]);
    page.tab.outbox.remove('copy');
    expect(shelf.dropped).toEqual(['file-of-a']);
  });

  test('a file that this browser has not kept is said to be missing', async () => {
    page.enterFile('a');
    shelf.files.clear();
    await tick();
    expect(entryOf('a')).toMatchObject({ phase: 'returned', reason: { code: 'file_missing' } });
  });

  test('what the server has found it to be is what it is posted as', async () => {
    page.enterFile('a');
    await tick();
    page.of('a')?.done({ kind: 'document' });
    await tick();
    expect(entryOf('a')?.message).toMatchObject({ message_type: 'document', type: 'document' });
  });
});

describe('reload and several tabs (R16, R18)', () => {
  test('a reload in the middle keeps entry and order, and the upload goes on', async () => {
    page.enterFile('a');
    page.tab.enter(typedMessage('b', NOON + 1));
    await tick();
    page.uploads.close();
    page.tab.outbox.close();
    const next = await openPage();
    expect(next.begun).toEqual(['a']);
    next.of('a')?.done();
    await tick();
    // It may have been posted by the page before: the server is asked first.
    expect(next.tab.asked).toEqual(['find a']);
  });

  test('of two tabs one uploads, and both know it', async () => {
    const other = await openPage();
    page.enterFile('a');
    await tick(1_000);
    expect([page.begun, other.begun]).toEqual([['a'], []]);
    page.of('a')?.done();
    await tick();
    expect(other.begun).toEqual([]);
    expect(other.tab.outbox.entries.get('a')?.attachment?.uploaded).toBe('media-a');
  });

  test('another tab takes over when the one that uploads is closed', async () => {
    const other = await openPage();
    page.enterFile('a');
    await tick();
    page.uploads.close();
    page.tab.outbox.close();
    await tick();
    expect(other.begun).toEqual(['a']);
  });
});
