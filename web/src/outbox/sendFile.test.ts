// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQueryClient } from '../cache/queryClient';
import type { UnsentEntry } from '../domain/unsent';
import type { SendMessage } from '../protocol/shapes';
import { FakeServer, stubLocks } from '../testing/fakeServer';
import { stubUploads, type FakeXhr } from '../testing/fakeUploads';
import { AGENT, CONVERSATION } from '../testing/rows';
import { showComposer } from './drafts';
import { storeFile } from './files';
import { runningOutbox, startOutbox, stopOutbox } from './running';
import { discardUnsent, retryUnsent, stopUpload } from './settleMessage';
import { sendMessage } from './useSendMessage';

let server: FakeServer;
let posts: SendMessage[];
const entries = () => [...(runningOutbox()?.outbox.entries ?? [])];
const phases = () => entries().map((entry) => entry.phase);
let uploads: FakeXhr[];
/** The server takes the upload that was begun last. */
const take = async (count: number, id: string) => {
  await vi.waitFor(() => expect(uploads).toHaveLength(count));
  uploads.at(-1)?.answer(201, { media: { id, kind: 'image', mime_type: 'image/jpeg', size: 1 } });
};
const tray = (): UnsentEntry => ({
  clientId: 'mine',
  text: '',
  authorName: '',
  own: true,
  reasonCode: 'refused',
  params: {},
  retryable: true,
  source: 'browser',
  file: null,
});

async function send(): Promise<string> {
  const stored = await storeFile(AGENT._id, new Blob(['bytes']));
  if (typeof stored === 'string') throw new Error(stored);
  const media = { mime_type: 'image/jpeg', size: 5, filename: 'hub.jpg', state: 'ready' } as const;
  const file = { kind: 'image', media, file: stored.id } as const;
  sendMessage({ conversationId: CONVERSATION, clientId: 'mine', text: 'Hub', seenPos: 3, file });
  return stored.id;
}

beforeEach(() => {
  server = new FakeServer();
  stubLocks();
  posts = [];
  uploads = stubUploads();
  server.on('POST /api/conversations', (_path, body) => {
    posts.push(body as SendMessage);
    return server.accept(body);
  });
  const session = {
    agent: AGENT,
    inboxes: [],
    epoch: crypto.randomUUID(),
    debug: false,
    emulator_console: '',
  };
  startOutbox({ session, client: createQueryClient() });
});
afterEach(() => {
  stopOutbox();
  vi.unstubAllGlobals();
});

test('a file is uploaded, and then posted by the id that the server gave it', async () => {
  await send();
  await take(1, 'media-1');
  await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
  expect(posts).toMatchObject([
    {
      client_id: 'mine',
      message_type: 'image',
      text_content: 'Hub',
      media: { id: 'media-1', filename: 'hub.jpg' },
    },
  ]);
});

test('a file that the server has lost meanwhile is uploaded once more, under the same client_id', async () => {
  server.on('POST /api/conversations', (_path, body) => {
    posts.push(body as SendMessage);
    if (posts.length === 1) return { status: 404, code: 'media_not_found' };
    return server.accept(body);
  });
  await send();
  await take(1, 'lost');
  await take(2, 'media-1');
  await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
  expect(posts.map((post) => [post.client_id, post.media?.id])).toEqual([
    ['mine', 'lost'],
    ['mine', 'media-1'],
  ]);
});

test('stopped before its post, it lies in the tray with its file, whatever the composer holds', async () => {
  const hide = showComposer(CONVERSATION);
  const file = await send();
  await vi.waitFor(() => expect(uploads).toHaveLength(1));
  stopUpload('mine');
  await vi.waitFor(() => expect(phases()).toEqual(['returned']));
  expect(runningOutbox()?.drafts.get(CONVERSATION)).toBeUndefined();
  hide();
  expect(server.asked.filter((each) => each.includes('cancel'))).toEqual([]);

  retryUnsent(tray());
  await take(2, 'media-2');
  await vi.waitFor(() => expect(phases()).toEqual(['accepted']));
  const [entry] = entries();
  expect(entry?.message.client_id).not.toBe('mine');
  expect(entry?.attachment?.file).toBe(file);
  expect(posts.map((post) => post.media?.id)).toEqual(['media-2']);
});

test('one that an earlier page may have posted is cancelled on the server first', async () => {
  await send();
  server.on('POST /api/messages/mine/cancel', () => null);
  runningOutbox()?.outbox.updateOptimisticMessage('mine', { tried: true });
  stopUpload('mine');
  await vi.waitFor(() => expect(phases()).toEqual(['returned']));
  expect(server.asked).toContain('POST /api/messages/mine/cancel');
  discardUnsent(tray());
  expect(entries()).toEqual([]);
});
