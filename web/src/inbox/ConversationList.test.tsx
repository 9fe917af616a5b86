// @vitest-environment happy-dom
// @vitest-environment-options { "url": "http://127.0.0.1/" }
import { QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyConversation } from '../cache/applyRow';
import { createQueryClient } from '../cache/queryClient';
import type { ConversationRow, SessionAnswer } from '../protocol/shapes';
import { AGENT, conversationRow, storedRow } from '../testing/rows';
import { ConversationList } from './ConversationList';

const session: SessionAnswer = {
  agent: AGENT,
  inboxes: [{ _id: 'i1', name: 'Shop', display_phone_number: '+44 7700 900100' }],
  epoch: 'e1',
  debug: false,
  emulator_console: '',
};

const named = (name: string, order: number, given: Partial<ConversationRow> = {}) =>
  conversationRow({
    _id: `c-${name}`,
    contact: { _id: `k-${name}`, name },
    last_activity_at: new Date(Date.parse('2026-11-22T12:00:00Z') - order * 60_000).toISOString(),
    last_message: storedRow(order + 1, { conversation_id: `c-${name}` }),
    ...given,
  });

/** What the server has, in pages. */
let pages: ConversationRow[][];
let asked: string[];
/** Observers of the list's end: calling one brings the end near the screen. */
let ends: (() => void)[];

function answer(path: string): Promise<Response> {
  asked.push(path);
  const query = new URL(path, 'http://127.0.0.1').searchParams;
  const index = Number(query.get('cursor') ?? 0);
  const rows = (pages[index] ?? []).filter(
    (row) => query.get('filter') !== 'unread' || row.unread_count > 0,
  );
  const body = {
    as_of_seq: 1,
    epoch: 'e1',
    conversations: rows,
    next_cursor: index + 1 < pages.length ? String(index + 1) : null,
  };
  return Promise.resolve(Response.json(body));
}

beforeEach(() => {
  pages = [];
  asked = [];
  ends = [];
  history.replaceState(null, '', '/');
  vi.stubGlobal('fetch', vi.fn(answer));
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(near: (entries: { isIntersecting: boolean }[]) => void) {
        ends.push(() => near([{ isIntersecting: true }]));
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function draw(openId: string | null = null) {
  const client = createQueryClient();
  const view = (id: string | null) => (
    <QueryClientProvider client={client}>
      <ConversationList session={session} openId={id} onBack={vi.fn()} />
    </QueryClientProvider>
  );
  const { rerender } = render(view(openId));
  return { client, open: (id: string) => rerender(view(id)) };
}

const shown = () =>
  [...document.querySelectorAll('[data-conversation-id]')].map((row) =>
    row.getAttribute('data-conversation-id')?.slice(2),
  );
const chip = (name: RegExp) => screen.getByRole('button', { name });
const type = (typed: string) =>
  fireEvent.change(screen.getByLabelText('Search conversations'), { target: { value: typed } });

describe('the list', () => {
  it('shows what the server has, by last activity, and counts it in its filters and the title', async () => {
    pages = [
      [
        named('Ines', 0),
        named('Otis', 1, { unread_count: 2 }),
        named('Mei', 2, { unsent_count: 1 }),
      ],
    ];
    draw();
    await waitFor(() => expect(shown()).toEqual(['Ines', 'Otis', 'Mei']));
    expect(chip(/^Unread/).textContent).toBe('Unread1');
    expect(chip(/^Unsent/).textContent).toBe('Unsent1');
    expect(document.title).toBe('(1) Forthwith');
  });

  it('moves a conversation up when something happens in it', async () => {
    pages = [[named('Ines', 0), named('Otis', 1)]];
    const { client } = draw();
    await waitFor(() => expect(shown()).toEqual(['Ines', 'Otis']));
    const newer = named('Otis', -1, { rev: 2, last_pos: 9 });
    act(() => applyConversation(client, newer));
    await waitFor(() => expect(shown()).toEqual(['Otis', 'Ines']));
  });

  it('loads the next page when its end comes near, and says that there may be more', async () => {
    pages = [[named('Ines', 0, { unread_count: 1 })], [named('Otis', 1)], [named('Mei', 2)]];
    draw();
    await waitFor(() => expect(shown()).toEqual(['Ines']));
    expect(chip(/^Unread/).textContent).toBe('Unread1+');
    const looks = ends.length;
    act(() => ends.at(-1)?.());
    await waitFor(() => expect(shown()).toEqual(['Ines', 'Otis']));
    // A short page may leave the end in sight: it must be looked for anew.
    expect(ends.length).toBeGreaterThan(looks);
    act(() => ends.at(-1)?.());
    await waitFor(() => expect(shown()).toEqual(['Ines', 'Otis', 'Mei']));
    expect(chip(/^Unread/).textContent).toBe('Unread1');
  });

  it('has one row that Tab reaches: the open one, else the first', async () => {
    pages = [[named('Ines', 0), named('Otis', 1)]];
    const { open } = draw();
    await waitFor(() => expect(shown()).toHaveLength(2));
    const stops = () => [...document.querySelectorAll('a')].map((row) => row.tabIndex);
    expect(stops()).toEqual([0, -1]);
    open('c-Otis');
    expect(stops()).toEqual([-1, 0]);
  });
});

describe('filters', () => {
  it('keeps the open conversation in sight after it has been read', async () => {
    const row = named('Otis', 1, { unread_count: 2 });
    pages = [[named('Ines', 0), row]];
    const { client } = draw('c-Otis');
    await waitFor(() => expect(shown()).toHaveLength(2));
    fireEvent.click(chip(/^Unread/));
    expect(shown()).toEqual(['Otis']);
    act(() => applyConversation(client, { ...row, rev: 2, unread_count: 0 }));
    await waitFor(() => expect(chip(/^Unread/).textContent).toBe('Unread'));
    expect(shown()).toEqual(['Otis']);
  });

  it('asks the server for what is unread beyond the pages it has', async () => {
    pages = [[named('Ines', 0)]];
    draw();
    await waitFor(() => expect(shown()).toHaveLength(1));
    fireEvent.click(chip(/^Unread/));
    expect(await screen.findByText('Nothing unread')).toBeTruthy();
    expect(asked.some((path) => path.includes('filter=unread'))).toBe(true);
    fireEvent.click(screen.getByRole('button', { name: 'Show all' }));
    expect(shown()).toEqual(['Ines']);
  });
});

describe('search', () => {
  beforeEach(async () => {
    pages = [[named('Ines', 0), named('Tomás', 1)]];
    draw();
    await screen.findByText('Tomás');
  });

  it('finds by name, accents aside, and Enter opens the first', async () => {
    type('tomas');
    await waitFor(() => expect(shown()).toEqual(['Tomás']));
    fireEvent.keyDown(screen.getByLabelText('Search conversations'), { key: 'Enter' });
    expect(location.pathname).toBe('/c/c-Tom%C3%A1s');
  });

  it('says so when nothing matches, and leads back', async () => {
    type('zzz');
    expect(await screen.findByText('No match')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Show all' }));
    await waitFor(() => expect(shown()).toHaveLength(2));
  });

  it('is emptied by Esc, and left by the next one', async () => {
    type('tomas');
    await waitFor(() => expect(shown()).toEqual(['Tomás']));
    const field = screen.getByLabelText('Search conversations');
    fireEvent.keyDown(field, { key: 'Escape' });
    await waitFor(() => expect(shown()).toHaveLength(2));
    fireEvent.keyDown(field, { key: 'Escape' });
    expect(document.activeElement?.getAttribute('data-conversation-id')).toBe('c-Ines');
  });
});

describe('nothing to show', () => {
  it('names the number that customers write to', async () => {
    pages = [[]];
    draw();
    expect((await screen.findByText('No conversations yet')).parentElement?.textContent).toContain(
      '+44 7700 900100',
    );
  });

  it('says so when the server does not answer', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(() => Promise.reject(new TypeError('network'))),
    );
    draw();
    expect(await screen.findByText('The list could not be loaded')).toBeTruthy();
  });
});
