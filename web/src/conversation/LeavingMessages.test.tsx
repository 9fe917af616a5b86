// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TimelineItem } from '../domain/timeline';
import { LeavingMessages } from './LeavingMessages';

/** Motions that were begun; `finish` ends one. */
let motions: { row: Element; end: EventTarget }[] = [];
let reduced = false;

beforeEach(() => {
  motions = [];
  reduced = false;
  Element.prototype.animate = function animate(this: Element) {
    const end = new EventTarget();
    motions.push({ row: this, end });
    return end as unknown as Animation;
  };
  vi.stubGlobal('matchMedia', () => ({ matches: reduced }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const itemsOf = (keys: string[]) => keys.map((key) => ({ key })) as TimelineItem[];

const thread = (...keys: string[]) => (
  <LeavingMessages items={itemsOf(keys)}>
    {keys.map((key) => (
      <div key={key} id={key} data-client-id={key} data-status="sending">
        <p elementtiming={key}>{key}</p>
      </div>
    ))}
  </LeavingMessages>
);

const stage = () => document.querySelector('[inert]')!;

it('shows a nameless copy of what has left, until it has sunk', () => {
  const { container, rerender } = render(thread('a', 'b', 'c'));
  rerender(thread('a', 'c'));
  expect(container.querySelectorAll('[data-client-id]')).toHaveLength(2);
  const copy = stage().firstElementChild;
  expect(copy?.textContent).toBe('b');
  expect(
    copy?.getAttributeNames().filter((name) => name.startsWith('data-') || name === 'id'),
  ).toEqual([]);
  expect(copy?.querySelector('[elementtiming]')).toBeNull();
  expect(stage().getAttribute('aria-hidden')).toBe('true');
  motions.find(({ row }) => row === copy)?.end.dispatchEvent(new Event('finish'));
  expect(stage().childElementCount).toBe(0);
});

it('does nothing when messages come, or when a whole page goes', () => {
  const { rerender } = render(thread('a', 'b', 'c', 'd', 'e'));
  rerender(thread('a', 'b', 'c', 'd', 'e', 'f'));
  rerender(thread('f'));
  expect(motions).toEqual([]);
  expect(stage().childElementCount).toBe(0);
});

it('does nothing under reduced motion', () => {
  reduced = true;
  const { rerender } = render(thread('a', 'b'));
  rerender(thread('a'));
  expect(motions).toEqual([]);
  expect(stage().childElementCount).toBe(0);
});
