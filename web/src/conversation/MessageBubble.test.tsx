// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { OptimisticMessage, StoredMessage } from '../domain/message';
import type { TimelineItem } from '../domain/timeline';
import { MessageBubble } from './MessageBubble';

const ID = 'optimistic-1795000000000-abcdefghijklmnop';
const AT = '2026-11-22T14:02:00.000Z';

afterEach(cleanup);

function optimistic(text = 'Your bike is ready to collect.'): OptimisticMessage {
  return {
    _id: ID,
    client_id: ID,
    conversation_id: 'c1',
    message_type: 'text',
    type: 'text',
    direction: 'outbound',
    sender_role: 'agent',
    sender_id: 'ana',
    sender_name: 'Ana',
    text_content: text,
    status: 'sending',
    timestamp: AT,
    created_at: AT,
    updated_at: AT,
    reply_to: null,
  };
}

function stored(overrides: Partial<StoredMessage> = {}): StoredMessage {
  return {
    ...optimistic(),
    _id: 'm1',
    pos: 7,
    rev: 1,
    wamid: null,
    error: null,
    retry_of: null,
    dismissed_at: null,
    media: null,
    reactions: [],
    crossed: false,
    ...overrides,
  };
}

function itemOf(overrides: Partial<TimelineItem>): TimelineItem {
  return {
    key: ID,
    message: stored(),
    status: 'sent',
    pos: 7,
    firstOfRun: true,
    lastOfRun: true,
    dayBefore: null,
    unreadBefore: null,
    asksFor: null,
    clockSkew: false,
    ...overrides,
  };
}

const actions = {
  onSendAgain: vi.fn(),
  onLeave: vi.fn(),
  onConsent: vi.fn(),
  onTakeBack: vi.fn(),
};

function bubble(item: TimelineItem) {
  return <MessageBubble item={item} ownAgentId="ana" timeZone="UTC" {...actions} />;
}

function draw(overrides: Partial<TimelineItem>): HTMLElement {
  const { container } = render(bubble(itemOf(overrides)));
  return container.firstElementChild as HTMLElement;
}

describe('what outside checks read', () => {
  it('carries identity, status, direction and place of a stored message', () => {
    const row = draw({ status: 'delivered' });
    expect(row.id).toBe(ID);
    expect(row.dataset).toMatchObject({
      clientId: ID,
      status: 'delivered',
      direction: 'outbound',
      pos: '7',
    });
    expect(row.querySelector('[elementtiming]')?.getAttribute('elementtiming')).toBe(ID);
  });

  it.each(['sending', 'waiting', 'asking'] as const)(
    'calls %s sending, without a place',
    (status) => {
      const row = draw({ message: optimistic(), status, pos: null });
      expect(row.getAttribute('data-status')).toBe('sending');
      expect(row.getAttribute('data-pos')).toBe('');
    },
  );
});

describe('from Enter to read', () => {
  it('keeps the same elements, and the front tick once it is there', () => {
    const first = itemOf({ message: optimistic(), status: 'sending', pos: null });
    const { container, rerender } = render(bubble(first));
    const parts = () => [
      container.firstElementChild,
      container.querySelector('[elementtiming]'),
      container.querySelector('time'),
      container.querySelector('svg'),
    ];
    const before = parts();
    rerender(bubble(itemOf({ status: 'sending' })));
    rerender(bubble(itemOf({ status: 'sent' })));
    const tick = container.querySelector('svg g');
    rerender(bubble(itemOf({ status: 'delivered' })));
    rerender(bubble(itemOf({ status: 'read' })));
    expect(parts()).toEqual(before);
    expect(parts().every((part, index) => part === before[index])).toBe(true);
    expect(container.querySelector('svg g')).toBe(tick);
  });

  it('shows the time only once the message is stored', () => {
    const { container, rerender } = render(
      bubble(itemOf({ message: optimistic(), status: 'sending', pos: null })),
    );
    expect(container.querySelector('time')?.textContent).toBe('');
    rerender(bubble(itemOf({ status: 'sending' })));
    expect(container.querySelector('time')?.textContent).toMatch(/2:02/);
  });

  it.each([
    ['sending', 'Sending'],
    ['sent', 'Sent'],
    ['delivered', 'Delivered'],
    ['read', 'Read'],
    ['unconfirmed', 'WhatsApp did not answer; it may have arrived'],
  ] as const)('%s is spoken as %s', (status, spoken) => {
    draw({ status });
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe(spoken);
  });

  it('has no glyph on what the contact wrote', () => {
    draw({
      message: stored({ direction: 'inbound', sender_role: 'contact', status: 'received' }),
      status: 'received',
    });
    expect(screen.queryByRole('img')).toBeNull();
  });
});

describe('in doubt', () => {
  it('offers to send an unconfirmed message again or to leave it, by its client id', () => {
    draw({ status: 'unconfirmed' });
    fireEvent.click(screen.getByText('Send again'));
    fireEvent.click(screen.getByText('Leave it'));
    expect(actions.onSendAgain).toHaveBeenCalledExactlyOnceWith(ID);
    expect(actions.onLeave).toHaveBeenCalledExactlyOnceWith(ID);
  });

  it.each([
    ['stale', /Still right\?/],
    ['window_closed', /has closed since\. Send it anyway\?/],
  ])('asks before a message goes that is %s, whatever its age', (asksFor, words) => {
    draw({ message: optimistic(), status: 'asking', pos: null, asksFor });
    expect(screen.getByText(words)).toBeTruthy();
    fireEvent.click(screen.getByText('Send'));
    fireEvent.click(screen.getByText('Back to composer'));
    expect(actions.onConsent).toHaveBeenCalledExactlyOnceWith(ID);
    expect(actions.onTakeBack).toHaveBeenCalledExactlyOnceWith(ID);
  });

  it('says that it waits for the network, and nothing while all is well', () => {
    const { rerender } = render(
      bubble(itemOf({ message: optimistic(), status: 'waiting', pos: null })),
    );
    expect(screen.getByText('Waiting for network')).toBeTruthy();
    rerender(bubble(itemOf({ status: 'sent' })));
    expect(screen.queryByText('Waiting for network')).toBeNull();
    const words = 'Sent: what has happened to this message';
    expect(screen.getAllByRole('button')).toEqual([screen.getByRole('button', { name: words })]);
  });

  it.each([
    [300, 'Ben answered just before you'],
    [4_200, 'Ben answered 4 s before you'],
    [125_000, 'Ben answered 2 minutes before you'],
  ])('tells the sender who answered first, %i ms before', (before, words) => {
    const at = new Date(Date.parse(stored().created_at) - before).toISOString();
    const row = draw({ message: stored({ crossed: true, crossed_by: { name: 'Ben', at } }) });
    expect(row.textContent).toContain(words);
  });

  it('tells the sender that somebody answered first when an older row does not say who', () => {
    const row = draw({ message: stored({ crossed: true }) });
    expect(row.textContent).toContain('A colleague answered just before you');
  });
});

describe('who and what', () => {
  it('names a colleague above the first bubble of a run, and never oneself', () => {
    const bens = stored({ sender_id: 'ben', sender_name: 'Ben' });
    expect(draw({ message: bens }).textContent).toContain('Ben');
    cleanup();
    expect(draw({ message: bens, firstOfRun: false }).textContent).not.toContain('Ben');
    cleanup();
    expect(draw({}).textContent).not.toContain('Ana');
  });

  it('says so when it cannot show a kind of message, and still shows its words', () => {
    draw({ message: stored({ message_type: 'hologram', text_content: '' }) });
    expect(screen.getByText('A kind of message not shown here yet.')).toBeTruthy();
    cleanup();
    draw({ message: stored({ message_type: 'location', text_content: 'Canal bridge' }) });
    expect(screen.getByText('Place, not shown here yet.')).toBeTruthy();
    expect(screen.getByText('Canal bridge')).toBeTruthy();
  });

  it('shows both times of a message that came late', () => {
    const late = stored({
      direction: 'inbound',
      sender_role: 'contact',
      timestamp: '2026-11-22T12:41:00.000Z',
    });
    const row = draw({ message: late, status: 'received', clockSkew: true });
    expect(row.textContent).toMatch(/written 12:41.*, came 0?2:02|written 12:41.*, came 14:02/);
  });

  it.each([
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '<svg/onload=alert(1)>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    'javascript:alert(1)',
    '[x](javascript:alert(1))',
  ])('makes no element of %s', (text) => {
    const row = draw({ message: stored({ text_content: text }) });
    expect(row.querySelector('img, script, iframe, a, [onerror], [onload]')).toBeNull();
    expect(row.textContent).toContain(text);
  });
});
