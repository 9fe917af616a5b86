// @vitest-environment happy-dom
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applyRow } from '../cache/applyRow';
import { createQueryClient } from '../cache/queryClient';
import type { Hop, Trace } from '../protocol/shapes';
import { FakeServer } from '../testing/fakeServer';
import { ownRow, typedMessage } from '../testing/rows';
import { FlightRecorder } from './FlightRecorder';

const AT = Date.parse('2026-11-25T14:02:04.112Z');
const ID = 'optimistic-1795356124112-q7Rkq7Rkq7Rkq7Rk';
const SECRET = 'We will have it back to you by noon.';
const hop = (name: Hop['name'], ms: number, more: Partial<Hop> = {}): Hop => ({
  name,
  at: new Date(AT + ms).toISOString(),
  clock: 'server',
  ...more,
});
const browser = { clock: 'browser' } as const;
const client = createQueryClient();
let trace: Trace;
let opener: HTMLButtonElement;
let server: FakeServer;
const onClose = vi.fn();

beforeEach(() => {
  server = new FakeServer();
  server.on('GET /api/messages/.*/trace', () => trace);
  trace = {
    client_id: ID,
    message_id: 'message-1',
    pos: 418,
    status: 'read',
    attempts: [{ n: 1, wamid: 'wamid.HBgLNDQ3NzAw' }],
    retry_of: null,
    retried_as: null,
    hops: [
      hop('enter', 0, browser),
      hop('painted', 7, browser),
      hop('posted', 9, browser),
      hop('answered', 35, browser),
      hop('stored', 31),
      hop('claimed', 38, { attempt: 1 }),
      hop('accepted', 312, { attempt: 1 }),
      hop('delivered', 1_204, { attempt: 1 }),
      hop('read', 41_700, { attempt: 1 }),
    ],
  };
  opener = document.createElement('button');
  document.body.append(opener);
  onClose.mockReset();
});
afterEach(() => {
  cleanup();
  opener.remove();
  vi.unstubAllGlobals();
});

async function draw() {
  const wanted = { clientId: ID, conversationId: null, text: SECRET, senderName: null, opener };
  render(
    <QueryClientProvider client={client}>
      <FlightRecorder wanted={wanted} ownName="Ana" onClose={onClose} />
    </QueryClientProvider>,
  );
  await screen.findAllByText('Handed over');
}
const lines = () => screen.getAllByRole('listitem').map((line) => line.textContent);

test('figures, hops, times and ids', async () => {
  await draw();
  const dialog = screen.getByRole('dialog', { name: 'Flight recorder' });
  expect(document.activeElement).toBe(dialog);
  expect(lines().map((line) => line.replace(/\d\d:\d\d:\d\d\.112/, 'then'))).toEqual([
    'Enter you pressed itthen',
    'Painted on your screen+7 ms',
    'Stored on disk, place 418+31 ms',
    'Handed over attempt 1+38 ms',
    'Accepted by WhatsApp+312 ms',
    'Delivered to the phone+1.20 s',
    'Read by the contact+41.7 s',
  ]);
  for (const words of ['7 ms', '312 ms', '1.20 s', ID, 'wamid.HBgLNDQ3NzAw', '1, nothing repeated'])
    expect(within(dialog).getByText(words)).toBeTruthy();
});

test('Esc closes, and the focus goes back', async () => {
  await draw();
  fireEvent.keyDown(document.body, { key: 'Escape' });
  expect(onClose).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(opener);
});

test('a press outside closes, one inside does not', async () => {
  await draw();
  fireEvent.pointerDown(screen.getByText('Handed over'));
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.pointerDown(document.body);
  expect(onClose).toHaveBeenCalledOnce();
});

test('the copy has every hop and no word of the message', async () => {
  const writeText = vi.fn<(text: string) => Promise<void>>(() => Promise.resolve());
  vi.stubGlobal('navigator', Object.create(navigator, { clipboard: { value: { writeText } } }));
  await draw();
  fireEvent.click(screen.getByRole('button', { name: 'Copy as text' }));
  expect(await screen.findByRole('button', { name: 'Copied' })).toBeTruthy();
  const text = writeText.mock.calls[0]?.[0] ?? '';
  expect(text).not.toContain(SECRET);
  expect(text.split('\n')).toEqual([
    `Message\t${ID}`,
    'Attempt 1\twamid.HBgLNDQ3NzAw',
    '2026-11-25T14:02:04.112Z\tEnter: you pressed it',
    '+7 ms\tPainted: on your screen',
    '+9 ms\tPosted: to the server',
    '+31 ms\tStored: on disk, place 418',
    '+35 ms\tAnswered: by the server',
    '+38 ms\tHanded over: attempt 1',
    '+312 ms\tAccepted: by WhatsApp',
    '+1.20 s\tDelivered: to the phone',
    '+41.7 s\tRead: by the contact',
  ]);
});

test('it follows what happens while it is open', async () => {
  trace = { ...trace, status: 'sent', hops: trace.hops.slice(0, 7) };
  await draw();
  expect(screen.queryByText('Delivered')).toBeNull();
  trace = { ...trace, hops: [...trace.hops, hop('delivered', 2_000, { attempt: 1 })] };
  applyRow(client, ownRow(typedMessage(ID), 418, { rev: 3, status: 'delivered' }), 'event');
  expect(await screen.findByText('Delivered')).toBeTruthy();
});

test('troubles have a sentence, and what was done by hand its author', async () => {
  trace = {
    ...trace,
    attempts: [
      { n: 1, wamid: null },
      { n: 2, wamid: 'wamid.2' },
    ],
    hops: [
      ...trace.hops.slice(0, 5),
      hop('claimed', 38, { attempt: 1 }),
      hop('paced', 50, { attempt: 1, code: 131056, until: new Date(AT + 4_050).toISOString() }),
      hop('claimed', 4_060, { attempt: 1 }),
      hop('unanswered', 24_070, { attempt: 1, why: 'timeout', after_ms: 20_010 }),
      hop('lapsed', 84_070, { attempt: 1 }),
      hop('again', 90_000, { attempt: 2, by: 'Ana' }),
    ],
  };
  await draw();
  for (const sentence of [
    'WhatsApp was busy (131056), again in 4 s',
    'No answer within 20 s; it may have arrived',
    'You sent it again',
    '2, sent again by hand',
    'not known',
  ])
    expect(screen.getByText(sentence)).toBeTruthy();
});

test('clocks that differ by more than a second are told', async () => {
  trace = {
    ...trace,
    hops: trace.hops.map((each) =>
      each.clock === 'browser'
        ? each
        : Object.assign({}, each, { at: new Date(Date.parse(each.at) + 60_000).toISOString() }),
    ),
  };
  await draw();
  expect(screen.getByText(/The server’s clock is 1 min|The server’s clock is 60 s/)).toBeTruthy();
});

test('without the server it shows what this browser knows', async () => {
  server.on('GET /api/messages/.*/trace', () => ({ status: 404, code: 'not_found' }));
  const wanted = { clientId: ID, conversationId: null, text: SECRET, senderName: null, opener };
  render(
    <QueryClientProvider client={client}>
      <FlightRecorder wanted={wanted} ownName="Ana" onClose={onClose} />
    </QueryClientProvider>,
  );
  expect(await screen.findByText('the server has not named this message yet')).toBeTruthy();
});
