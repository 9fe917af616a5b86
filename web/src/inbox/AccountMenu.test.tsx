// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { AGENT } from '../testing/rows';
import { AccountMenu } from './AccountMenu';

afterEach(cleanup);

function open(
  hasUnsent: boolean,
  onSignOut = vi.fn(() => Promise.resolve()),
  emulatorConsole = '',
) {
  render(
    <AccountMenu
      emulatorConsole={emulatorConsole}
      agent={AGENT}
      trigger="A"
      place="railFoot"
      unsentTexts={() => hasUnsent}
      onSignOut={onSignOut}
    />,
  );
  fireEvent.click(screen.getByRole('button', { name: 'Account of Ana' }));
  return onSignOut;
}

it('says who is signed in, and signs out at one press when nothing would be lost', async () => {
  const onSignOut = open(false);
  expect(screen.getByText('ana@demo.example')).toBeTruthy();
  fireEvent.click(await screen.findByText('Sign out'));
  await waitFor(() => expect(onSignOut).toHaveBeenCalledOnce());
});

it('warns before it deletes text that was not sent, and offers to stay first', async () => {
  const onSignOut = open(true);
  fireEvent.click(await screen.findByText('Sign out'));
  expect((await screen.findByRole('alert')).textContent).toContain('was not sent');
  expect(document.activeElement?.textContent).toBe('Stay');
  fireEvent.click(screen.getByText('Stay'));
  expect(onSignOut).not.toHaveBeenCalled();
  expect(screen.queryByRole('menu')).toBeNull();
});

it('goes when told so', async () => {
  const onSignOut = open(true);
  fireEvent.click(await screen.findByText('Sign out'));
  fireEvent.click(await screen.findByText('Delete and sign out'));
  await waitFor(() => expect(onSignOut).toHaveBeenCalledOnce());
});

it('says so when the server does not answer, and can be tried again', async () => {
  open(
    false,
    vi.fn(() => Promise.reject(new Error('no answer'))),
  );
  fireEvent.click(await screen.findByText('Sign out'));
  expect((await screen.findByRole('alert')).textContent).toContain('still signed in');
  expect(screen.getByText('Sign out')).toBeTruthy();
});

it('leads to the emulator in the demo, and nowhere else', () => {
  open(false);
  expect(screen.queryByText('WhatsApp emulator')).toBeNull();
  cleanup();
  open(false, undefined, 'http://127.0.0.1:8001/console');
  const link = screen.getByText('WhatsApp emulator');
  expect(link.getAttribute('href')).toBe('http://127.0.0.1:8001/console');
  expect(link.getAttribute('rel')).toBe('noopener');
});
