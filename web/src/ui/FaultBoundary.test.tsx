// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { FaultBoundary } from './FaultBoundary';

afterEach(cleanup);

function Broken(): never {
  throw new Error('on purpose');
}

it('says so when drawing fails, instead of an empty page', () => {
  // React reports the fault to the console as well.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  render(
    <FaultBoundary>
      <Broken />
    </FaultBoundary>,
  );
  expect(screen.getByRole('alert').textContent).toContain('This page has a fault');
  expect(screen.getByRole('button', { name: 'Reload' })).toBeTruthy();
});

it('is not seen while all is well', () => {
  render(<FaultBoundary>fine</FaultBoundary>);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.getByText('fine')).toBeTruthy();
});
