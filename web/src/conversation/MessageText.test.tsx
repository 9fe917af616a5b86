// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { MessageText } from './MessageText';

afterEach(cleanup);

const draw = (text: string) =>
  render(<MessageText text={text} timingId="id-1" large={false} spacer={<i data-spacer="" />} />)
    .container;

it('draws marks and links as elements', () => {
  const text = draw('*bold* _italic_ ~gone~ `code` https://alderlane.example/x');
  expect([...text.querySelectorAll('strong, em, s, code')].map((each) => each.textContent)).toEqual(
    ['bold', 'italic', 'gone', 'code'],
  );
});

it('opens links in a page that learns nothing of this one', () => {
  draw('see https://alderlane.example/x');
  const link = screen.getByRole('link');
  expect(link.getAttribute('href')).toBe('https://alderlane.example/x');
  expect(link.getAttribute('target')).toBe('_blank');
  expect(link.getAttribute('rel')?.split(' ')).toEqual(
    expect.arrayContaining(['noopener', 'noreferrer']),
  );
});

it('isolates the words, so that an override in them ends with them', () => {
  const [words, spacer] = draw('a \u202e b').querySelector('[elementtiming]')?.children ?? [];
  expect(words?.textContent).toBe('a \u202e b');
  expect(spacer?.hasAttribute('data-spacer')).toBe(true);
});

describe('a long text', () => {
  const long = 'Line of the inspection. '.repeat(100);

  it('is folded until asked for, and is still all on the page', () => {
    const container = draw(long);
    expect(container.textContent).toContain(long.trim());
    fireEvent.click(screen.getByRole('button', { name: 'Read more' }));
    expect(screen.queryByRole('button')).toBeNull();
    expect(container.querySelectorAll('[data-spacer]')).toHaveLength(1);
  });

  it('is folded by its lines too', () => {
    draw('x\n'.repeat(30));
    expect(screen.getByRole('button', { name: 'Read more' })).toBeTruthy();
  });

  it('holds back what no agent writes, never half a character', () => {
    const container = draw(`${'a'.repeat(7_999)}🚲${'b'.repeat(90_000)}`);
    expect(container.querySelector('[elementtiming]')?.textContent).toBe('a'.repeat(7_999));
    fireEvent.click(screen.getByRole('button', { name: 'Read more' }));
    expect(container.textContent).toHaveLength(7_999 + 2 + 90_000);
  });

  it('does not fold what is short', () => {
    draw('short');
    expect(screen.queryByRole('button')).toBeNull();
  });
});
