// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepAsking } from './keepAsking';

const answer = vi.fn<() => Promise<Response>>();
const session = {
  agent: { _id: 'ana', email: '', name: 'Ana' },
  inboxes: [],
  epoch: 'e',
  debug: false,
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', answer);
  answer.mockReset();
  answer.mockRejectedValue(new TypeError('network'));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

it('asks every few seconds until there is an answer, then no more', async () => {
  const heard = vi.fn();
  keepAsking(heard);
  await settle();
  expect(heard).toHaveBeenLastCalledWith('unreachable');
  answer.mockImplementation(() => Promise.resolve(Response.json(session)));
  await settle(4_999);
  expect(answer).toHaveBeenCalledOnce();
  await settle(1);
  expect(heard).toHaveBeenLastCalledWith(session);
  await settle(60_000);
  expect(answer).toHaveBeenCalledTimes(2);
});

it('asks at once when the browser is online again, or when told to', async () => {
  const asking = keepAsking(vi.fn());
  await settle();
  dispatchEvent(new Event('online'));
  await settle();
  asking.now();
  await settle();
  expect(answer).toHaveBeenCalledTimes(3);
  asking.stop();
});

it('is silent after it was stopped', async () => {
  const heard = vi.fn();
  keepAsking(heard).stop();
  await settle(20_000);
  expect(heard).not.toHaveBeenCalled();
  expect(answer).toHaveBeenCalledOnce();
});
