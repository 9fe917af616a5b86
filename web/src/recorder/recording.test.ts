// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createQueryClient } from '../cache/queryClient';
import { purgeDrawn, runningOutbox, startOutbox, stopOutbox } from '../outbox/running';
import { sendMessage } from '../outbox/useSendMessage';
import type { ReportTraces } from '../protocol/shapes';
import { FakeServer, stubLocks } from '../testing/fakeServer';
import { AGENT, CONVERSATION } from '../testing/rows';
import { forget, report, reportAtLast, seenHops, takeFromLastPage } from './hopsSeen';
import { startRecording } from './recording';

let server: FakeServer;
let reported: ReportTraces[];
let paint: (entries: { identifier: string; renderTime: number }[]) => void;

class PaintObserver {
  static readonly supportedEntryTypes = ['element'];
  constructor(tell: (list: { getEntries: () => unknown[] }) => void) {
    paint = (entries) => tell({ getEntries: () => entries });
  }
  observe() {}
}

beforeAll(() => {
  vi.stubGlobal('PerformanceObserver', PaintObserver);
  startRecording();
});
beforeEach(() => {
  vi.stubGlobal('PerformanceObserver', PaintObserver);
  server = new FakeServer();
  stubLocks();
  reported = [];
  server.on('POST /api/traces', (_path, body) => {
    reported.push(body as ReportTraces);
    return null;
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

/** As the composer does: in the task of the key. */
function enter(clientId: string): number {
  const key = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true });
  const send = () =>
    sendMessage({ conversationId: CONVERSATION, clientId, text: 'secret', seenPos: null });
  document.body.addEventListener('keydown', send, { once: true });
  document.body.dispatchEvent(key);
  return key.timeStamp;
}
const told = () => reported.flatMap(({ traces }) => traces.map((trace) => trace.client_id));
const names = (clientId: string) => seenHops(clientId).map((hop) => hop.name);
const drawn = () => purgeDrawn([...(runningOutbox()?.outbox.entries ?? [])]);

test('Enter, painted, posted, answered and drawn are noted and reported once', async () => {
  const at = enter('good');
  paint([{ identifier: 'good', renderTime: at + 7 }]);
  await vi.waitFor(() => expect(names('good')).toContain('answered'));
  drawn();
  expect(names('good').toSorted()).toEqual(['answered', 'drawn', 'enter', 'painted', 'posted']);
  const seen = Object.fromEntries(seenHops('good').map((hop) => [hop.name, Date.parse(hop.at)]));
  expect(seen['painted']! - seen['enter']!).toBe(7);
  await report();
  await report();
  expect(told().filter((clientId) => clientId === 'good')).toHaveLength(1);
  expect(JSON.stringify(reported)).not.toContain('secret');
});

test('every try is noted, and nothing is reported of what the server has not stored', async () => {
  let posts = 0;
  server.on('POST /api/conversations', (_path, body) => {
    if (++posts === 1) throw new TypeError('no network');
    return server.accept(body);
  });
  enter('slow');
  await report();
  expect(told()).not.toContain('slow');
  await vi.waitFor(() => expect(names('slow')).toContain('answered'), 5_000);
  expect(names('slow').filter((name) => name === 'posted')).toHaveLength(2);
  expect(seenHops('slow').findLast((hop) => hop.name === 'posted')?.nth).toBe(2);
});

test('a report that fails is made again', async () => {
  server.on('POST /api/traces', () => ({ status: 503, code: 'storage_unavailable' }));
  enter('again');
  await vi.waitFor(() => expect(names('again')).toContain('answered'));
  await report();
  server.on('POST /api/traces', (_path, body) => {
    reported.push(body as ReportTraces);
    return null;
  });
  await report();
  expect(told()).toContain('again');
});

test('what a page could not report goes on with the next page of the tab', async () => {
  server.on('POST /api/conversations', () => new Promise(() => undefined));
  enter('reloaded');
  await vi.waitFor(() => expect(names('reloaded')).toEqual(['enter', 'posted']));
  const before = seenHops('reloaded');
  reportAtLast();
  forget('reloaded');
  takeFromLastPage();
  expect(seenHops('reloaded')).toEqual(before);
  expect(sessionStorage.getItem('forthwith-hops')).toBeNull();
  expect(JSON.stringify(before)).not.toContain('secret');
});

test('a message sent by no key begins when it was handed over', async () => {
  sendMessage({ conversationId: CONVERSATION, clientId: 'program', text: 'x', seenPos: null });
  await vi.waitFor(() => expect(names('program')).toContain('answered'));
  expect(names('program').slice(0, 2)).toEqual(['enter', 'posted']);
});

test('a text that comes back is forgotten', async () => {
  server.on('POST /api/conversations', () => ({ status: 409, code: 'window_closed' }));
  enter('bad');
  await vi.waitFor(() =>
    expect(runningOutbox()?.outbox.entries.get('bad')?.phase).toBe('returned'),
  );
  runningOutbox()?.outbox.remove('bad');
  expect(seenHops('bad')).toEqual([]);
});
