// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { LiveRegion } from './LiveRegion';

afterEach(cleanup);

it('is a polite log with a name, which keeps the element of a phrase it has read out', () => {
  const first = { key: 'a', text: 'Ines: hello' };
  const { rerender } = render(<LiveRegion label="New messages" phrases={[first]} />);
  const log = screen.getByRole('log', { name: 'New messages' });
  expect(log.getAttribute('aria-live')).toBe('polite');
  const read = screen.getByText('Ines: hello');
  rerender(
    <LiveRegion label="New messages" phrases={[first, { key: 'b', text: 'Ines: again' }]} />,
  );
  expect(screen.getByText('Ines: hello')).toBe(read);
  expect(log.children).toHaveLength(2);
});
