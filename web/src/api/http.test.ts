import { afterEach, describe, expect, test, vi } from 'vitest';
import { ApiError, NoAnswerError, protocolTooOld, request, signedOut, speakFor } from './http';

const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ code, status, title: 'A title', params: { limit: 5 } }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  });

function answerWith(answer: Response | Error) {
  const fetch = vi.fn<typeof globalThis.fetch>(() =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer),
  );
  vi.stubGlobal('fetch', fetch);
  return fetch;
}
const fault = (method: 'GET' | 'POST' = 'GET') =>
  request(method, '/api/x').then(
    () => null,
    (raised: unknown) => raised,
  );

afterEach(() => void vi.unstubAllGlobals());

test('every POST says which protocol it speaks; its body is JSON', async () => {
  const fetch = answerWith(Response.json({ ok: 1 }));
  expect(
    await request('POST', '/api/x', { body: { a: 1 }, headers: { 'Idempotency-Key': 'k' } }),
  ).toEqual({ ok: 1 });
  const [, init] = fetch.mock.calls[0] ?? [];
  expect(init).toMatchObject({
    method: 'POST',
    body: '{"a":1}',
    headers: {
      'Content-Type': 'application/json',
      'Forthwith-Protocol': '1',
      'Idempotency-Key': 'k',
    },
  });
});

test('a page says whose it is, once that is known', async () => {
  const ask = async () => {
    const fetch = answerWith(Response.json({}));
    await request('GET', '/api/x');
    return fetch.mock.lastCall?.[1]?.headers;
  };
  expect(await ask()).toEqual({});
  speakFor('agent-ana');
  expect(await ask()).toEqual({ 'Forthwith-Agent': 'agent-ana' });
  speakFor(null);
  expect(await ask()).toEqual({});
});

test('an empty answer is null', async () => {
  answerWith(new Response(null, { status: 204 }));
  expect(await request('DELETE', '/api/session')).toBeNull();
});

describe('the server’s own refusal', () => {
  test('carries its code, what fills its sentence, and how long to wait', async () => {
    answerWith(problem(429, 'rate_limited', { 'Retry-After': '3' }));
    expect(await fault()).toMatchObject({
      status: 429,
      code: 'rate_limited',
      params: { limit: 5 },
      retryAfterMs: 3_000,
    });
  });

  test.each([
    [401, 'signed_out', signedOut],
    [426, 'protocol_too_old', protocolTooOld],
  ])('%i %s is told to whoever listens', async (status, code, signal) => {
    const heard = vi.fn<() => void>();
    const unsubscribe = signal.subscribe(heard);
    answerWith(problem(status, code));
    expect(await fault()).toBeInstanceOf(ApiError);
    unsubscribe();
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe('nobody’s word', () => {
  test.each([
    ['no network', new TypeError('no network')],
    [
      'an error page of something in between',
      new Response('<h1>Bad gateway</h1>', { status: 502 }),
    ],
    ['a refusal that is not ours', Response.json({ code: 'refused' }, { status: 403 })],
    ['half an answer', new Response('{"a":', { status: 200 })],
  ])('%s is no answer', async (_what, answer) => {
    answerWith(answer);
    expect(await fault('POST')).toBeInstanceOf(NoAnswerError);
  });

  test('silence ends after 15 s', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    answerWith(Response.json({}));
    await request('GET', '/api/x');
    expect(timeout).toHaveBeenCalledWith(15_000);
    timeout.mockRestore();
  });
});
