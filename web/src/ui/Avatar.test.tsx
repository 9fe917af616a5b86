// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { Avatar, initialsOf, type WindowRing } from './Avatar';

afterEach(cleanup);

describe('initials', () => {
  it.each([
    ['Ines Okafor', 'IO'],
    ['tomás maria verhey', 'TV'],
    ['@gravelgoose', 'G'],
    ['+44 7700 900142', '42'],
    ['447700900142', '42'],
    ['(Shop) 2', 'S2'],
    ['שירה כהן', 'שכ'],
    ['🚲', '?'],
    ['', '?'],
  ])('%s: %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});

describe('the ring', () => {
  const circles = (ring: WindowRing | 'closed' | null) => {
    const { container } = render(<Avatar name="Ines" seed="k1" ring={ring} />);
    return [...container.querySelectorAll('circle')];
  };
  const drawn = (circle: Element | undefined) =>
    circle?.getAttribute('stroke-dasharray')?.split(' ').map(Number) ?? [];

  it('shows the share that is left', () => {
    const [left = 0, around = 0] = drawn(circles({ left: 0.5, low: false })[1]);
    expect(left / around).toBeCloseTo(0.5, 2);
  });

  it.each([
    [-0.2, 0],
    [1.4, 1],
  ])('never draws beyond its ends: %d', (share, drawnShare) => {
    const [left = NaN, around = NaN] = drawn(circles({ left: share, low: false })[1]);
    expect(left / around).toBeCloseTo(drawnShare, 2);
  });

  it('is one dotted line when closed, and nothing when not asked for', () => {
    expect(circles('closed')).toHaveLength(1);
    expect(circles(null)).toHaveLength(0);
  });
});

it('keeps a contact’s ground when the name changes, and hides from screen readers', () => {
  const classOf = (name: string) => {
    const { container } = render(<Avatar name={name} seed="contact-7" />);
    expect(container.firstElementChild?.getAttribute('aria-hidden')).toBe('true');
    return container.firstElementChild?.className;
  };
  expect(classOf('Ines')).toBe(classOf('Ines Okafor'));
});
