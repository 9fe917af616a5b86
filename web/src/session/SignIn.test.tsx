// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SessionAnswer } from '../protocol/shapes';
import { SignIn } from './SignIn';

const session: SessionAnswer = {
  agent: { _id: 'ana', email: 'ana@demo.example', name: 'Ana' },
  inboxes: [],
  epoch: 'e1',
  debug: false,
  emulator_console: '',
};
const entered = vi.fn();
const answer = vi.fn<() => Promise<Response>>();

beforeEach(() => {
  vi.stubGlobal('fetch', answer);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  answer.mockReset();
  entered.mockReset();
});

const json = (status: number, body: unknown, type = 'application/json') =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } });
const problem = (status: number, code: string, params = {}) =>
  json(status, { code, status, title: code, params }, 'application/problem+json');

function submit(): void {
  fireEvent.change(screen.getByLabelText('Email'), { target: { value: ' ana@demo.example ' } });
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'forthwith-demo' } });
  fireEvent.submit(screen.getByRole('form'));
}

it('is ready to type in, and hands over who came in', async () => {
  answer.mockResolvedValue(json(200, session));
  render(<SignIn onSignedIn={entered} />);
  expect(document.activeElement).toBe(screen.getByLabelText('Email'));
  submit();
  await waitFor(() => expect(entered).toHaveBeenCalledExactlyOnceWith(session));
  const [path, { body }] = answer.mock.calls[0] as unknown as [string, { body: string }];
  expect(path).toBe('/api/session');
  expect(JSON.parse(body)).toEqual({ email: 'ana@demo.example', password: 'forthwith-demo' });
});

it('asks only for the password when it knows who was here', () => {
  render(<SignIn email="ana@demo.example" notice="Your session has ended." onSignedIn={entered} />);
  expect(document.activeElement).toBe(screen.getByLabelText('Password'));
  expect(screen.getByText('Your session has ended.')).toBeTruthy();
});

it.each([
  ['wrong credentials', () => problem(401, 'wrong_credentials'), /do not match/],
  [
    'too many attempts',
    () => problem(429, 'too_many_attempts', { retry_after_seconds: 300 }),
    /in 5 minutes/,
  ],
  [
    'an error page of something in between',
    () => new Response('<html>', { status: 502 }),
    /does not answer/,
  ],
])('says in one sentence: %s', async (_, made, words) => {
  answer.mockImplementation(() => Promise.resolve(made()));
  render(<SignIn onSignedIn={entered} />);
  submit();
  expect((await screen.findByRole('alert')).textContent).toMatch(words);
  expect(entered).not.toHaveBeenCalled();
  expect(screen.getByRole('button', { name: 'Sign in' })).toBeTruthy();
});

it('sends once, however often Enter is pressed', async () => {
  let finish: (response: Response) => void = () => undefined;
  answer.mockImplementation(() => new Promise((resolve) => (finish = resolve)));
  render(<SignIn onSignedIn={entered} />);
  submit();
  submit();
  finish(json(200, session));
  await waitFor(() => expect(entered).toHaveBeenCalledOnce());
  expect(answer).toHaveBeenCalledOnce();
});

it('shows the password when asked', () => {
  render(<SignIn onSignedIn={entered} />);
  const field = screen.getByLabelText('Password');
  expect(field.getAttribute('type')).toBe('password');
  fireEvent.click(screen.getByRole('button', { name: 'Show the password' }));
  expect(field.getAttribute('type')).toBe('text');
});
