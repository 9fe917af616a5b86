// @vitest-environment happy-dom
// @vitest-environment-options { "url": "http://127.0.0.1/" }
import 'fake-indexeddb/auto';
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { signedOut } from '../api/http';
import type { SessionAnswer } from '../protocol/shapes';
import { stopOutbox } from '../outbox/running';
import { SessionGate } from './SessionGate';

const sessionOf = (id: string): SessionAnswer => ({
  agent: { _id: id, email: `${id}@demo.example`, name: id },
  inboxes: [],
  epoch: 'e1',
  debug: false,
  emulator_console: '',
});
const answer = vi.fn<() => Promise<Response>>();

const json = (status: number, body: unknown, type = 'application/json') =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } });
const nobody = () =>
  json(401, { code: 'signed_out', status: 401, title: '' }, 'application/problem+json');

/** A line on which nothing is ever heard. */
class SilentSocket extends EventTarget {
  send(): void {}
  close(): void {}
}

beforeEach(() => {
  vi.stubGlobal('fetch', answer);
  vi.stubGlobal('WebSocket', SilentSocket);
});
afterEach(() => {
  cleanup();
  stopOutbox();
  vi.unstubAllGlobals();
  answer.mockReset();
});

function Work({ name }: { name: string }) {
  const [count, setCount] = useState(0);
  return (
    <button type="button" onClick={() => setCount(count + 1)}>
      {`${name} ${count}`}
    </button>
  );
}

const draw = () =>
  render(<SessionGate>{(session) => <Work name={session.agent.name} />}</SessionGate>);

async function signInAs(id: string): Promise<void> {
  answer.mockResolvedValue(json(200, sessionOf(id)));
  fireEvent.change(await screen.findByLabelText('Password'), { target: { value: 'x' } });
  fireEvent.submit(screen.getByRole('form'));
  await waitFor(() => expect(screen.queryByRole('form')).toBeNull());
}

it('asks who does not have a session to sign in', async () => {
  answer.mockResolvedValue(nobody());
  draw();
  expect(await screen.findByRole('form')).toBeTruthy();
  await signInAs('ana');
  expect(screen.getByText('ana 0')).toBeTruthy();
});

it('lays the form over the work when the session ends, and finds it as it was', async () => {
  answer.mockResolvedValue(json(200, sessionOf('ana')));
  draw();
  fireEvent.click(await screen.findByText('ana 0'));
  act(() => signedOut.emit());
  expect(screen.getByText('ana 1')).toBeTruthy();
  expect(screen.getByText('ana 1').closest('[inert]')).not.toBeNull();
  await signInAs('ana');
  expect(screen.getByText('ana 1').closest('[inert]')).toBeNull();
});

it('gives another agent work of their own', async () => {
  answer.mockResolvedValue(json(200, sessionOf('ana')));
  draw();
  fireEvent.click(await screen.findByText('ana 0'));
  act(() => signedOut.emit());
  await signInAs('ben');
  expect(screen.getByText('ben 0')).toBeTruthy();
  expect(screen.queryByText(/ana/)).toBeNull();
});

it('tries again when the server did not answer, and says so meanwhile', async () => {
  answer.mockRejectedValueOnce(new TypeError('network'));
  draw();
  expect(await screen.findByText('The server does not answer')).toBeTruthy();
  answer.mockResolvedValue(json(200, sessionOf('ana')));
  fireEvent.click(screen.getByText('Try now'));
  expect(await screen.findByText('ana 0')).toBeTruthy();
});

it('signs out by the agent’s own will only when the server has agreed', async () => {
  answer.mockResolvedValue(json(200, sessionOf('ana')));
  let signOut: () => Promise<void> = () => Promise.resolve();
  render(
    <SessionGate>
      {(session, out) => {
        signOut = out;
        return session.agent.name;
      }}
    </SessionGate>,
  );
  await screen.findByText('ana');
  answer.mockRejectedValue(new TypeError('network'));
  await expect(signOut()).rejects.toThrow('no answer');
  expect(screen.queryByRole('form')).toBeNull();
  answer.mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
  await act(() => signOut());
  expect(await screen.findByRole('form')).toBeTruthy();
  expect(screen.queryByText('ana')).toBeNull();
});
