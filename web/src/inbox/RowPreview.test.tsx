// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { MessageRow } from '../protocol/shapes';
import { RowPreview } from './RowPreview';

afterEach(cleanup);

const last = (overrides: Partial<MessageRow>) =>
  ({
    message_type: 'text',
    text_content: 'Is the *blue* one in?',
    direction: 'inbound',
    sender_id: 'k',
    sender_name: 'Tomás',
    status: 'received',
    ...overrides,
  }) as MessageRow;

function draw(overrides: Partial<Parameters<typeof RowPreview>[0]>): string {
  const { container } = render(
    <RowPreview draft="" pending={null} last={last({})} ownAgentId="ana" typed="" {...overrides} />,
  );
  return container.textContent ?? '';
}

describe('the line under a name', () => {
  it('is the last message, without its marks', () => {
    expect(draw({})).toBe('Is the blue one in?');
  });

  it('is the draft before anything else', () => {
    expect(
      draw({ draft: 'The headset', pending: { kind: 'text', text: 'x', status: 'sending' } }),
    ).toBe('Draft: The headset');
  });

  it('is what is on its way before what has come', () => {
    expect(draw({ pending: { kind: 'text', text: 'At nine', status: 'waiting' } })).toBe('At nine');
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe('Waiting for network');
  });

  it('carries the tick of an own message, and no name', () => {
    const own = last({
      direction: 'outbound',
      sender_id: 'ana',
      sender_name: 'Ana',
      status: 'read',
    });
    expect(draw({ last: own })).toBe('Is the blue one in?');
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe('Read');
  });

  it('names a colleague', () => {
    const bens = last({
      direction: 'outbound',
      sender_id: 'ben',
      sender_name: 'Ben',
      status: 'sent',
    });
    expect(draw({ last: bens })).toBe('Ben: Is the blue one in?');
  });

  it('has no tick on what the contact wrote', () => {
    draw({});
    expect(screen.queryByRole('img')).toBeNull();
  });

  it('says so when nothing has been written', () => {
    expect(draw({ last: null })).toBe('No messages yet');
  });

  it('makes no element of a text, and marks what was searched for', () => {
    const { container } = render(
      <RowPreview
        draft=""
        pending={null}
        last={last({ text_content: '<img src=x onerror=alert(1)> free wheel' })}
        ownAgentId="ana"
        typed="FREE"
      />,
    );
    expect(container.querySelector('img')).toBeNull();
    expect(container.querySelector('mark')?.textContent).toBe('free');
  });
});
