// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { conversationRow, storedRow, NOON } from '../testing/rows';
import { ConversationRowLink } from './ConversationRowLink';

afterEach(cleanup);

type Props = Parameters<typeof ConversationRowLink>[0];

function draw(given: Partial<Props> = {}): HTMLElement {
  render(
    <ConversationRowLink
      row={conversationRow({ last_message: storedRow(1) })}
      now={NOON}
      isOpen={false}
      isTabStop={false}
      draft=""
      pending={null}
      unsent={0}
      ownAgentId="agent-ana"
      typed=""
      onFocus={vi.fn()}
      {...given}
    />,
  );
  return screen.getByRole('link');
}

describe('what outside checks and keys read', () => {
  it('is a link to the conversation, by whatever id', () => {
    const link = draw({ row: conversationRow({ _id: 'a/b' }) });
    expect(link.getAttribute('href')).toBe('/c/a%2Fb');
    expect(link.getAttribute('data-conversation-id')).toBe('a/b');
  });

  it('is reached by Tab only where it is the stop, and tells when it has the focus', () => {
    const onFocus = vi.fn();
    const link = draw({ onFocus });
    expect(link.tabIndex).toBe(-1);
    fireEvent.focus(link);
    expect(onFocus).toHaveBeenCalledExactlyOnceWith('conversation-1');
    cleanup();
    expect(draw({ isTabStop: true }).tabIndex).toBe(0);
  });

  it('says which one is open', () => {
    expect(draw().getAttribute('aria-current')).toBeNull();
    cleanup();
    expect(draw({ isOpen: true }).getAttribute('aria-current')).toBe('page');
  });
});

describe('what stands in it', () => {
  it('counts what is unread, in words for a screen reader', () => {
    expect(draw({ row: conversationRow({ unread_count: 3 }) }).textContent).toContain(
      '3 unread messages',
    );
    cleanup();
    expect(draw({ row: conversationRow({ unread_count: 1 }) }).textContent).toContain(
      '1 unread message',
    );
    cleanup();
    expect(draw().textContent).not.toContain('unread');
  });

  it('says that something is unsent', () => {
    expect(draw({ unsent: 2 }).textContent).toContain('Unsent');
    cleanup();
    expect(draw().textContent).not.toContain('Unsent');
  });

  it('shows the time left only when it is short', () => {
    const closing = (hours: number) =>
      conversationRow({
        service_window_expires_at: new Date(NOON + hours * 3_600_000).toISOString(),
      });
    expect(draw({ row: closing(1.5) }).textContent).toContain('1 h 29');
    cleanup();
    expect(draw({ row: closing(5) }).textContent).not.toContain(' h ');
  });

  it('names a contact without a name by number', () => {
    const contact = { _id: 'k', name: '', phone: '447700900142' };
    expect(draw({ row: conversationRow({ contact }) }).textContent).toContain('+447700900142');
  });

  it('makes no element of a name', () => {
    const contact = { _id: 'k', name: '<img src=x onerror=alert(1)>' };
    const link = draw({ row: conversationRow({ contact }) });
    expect(link.querySelector('img')).toBeNull();
    expect(link.textContent).toContain(contact.name);
  });
});
