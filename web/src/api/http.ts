import { createSignal } from '../domain/signal';
import { PROTOCOL_VERSION, type Problem } from '../protocol/shapes';

export const ANSWER_WITHIN_MS = 15_000;

/** The server refused, in words of its own: the only kind of refusal that may bring a text back (R19). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly params: Record<string, string | number>,
    message: string,
    /** Milliseconds the server asked to be left alone (`Retry-After`), or null. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }
}

/** Nothing is known: no network, a time-out, or an answer that is not our server's. */
export class NoAnswerError extends Error {}

/** The server's own word that it will not accept this. An ended session, a limit, a fault of its own pass by. */
export function isRefusal(fault: unknown): fault is ApiError {
  return fault instanceof ApiError && fault.status < 500 && ![401, 408, 429].includes(fault.status);
}

/** The session has ended on the server. Nothing is wiped (R16). */
export const signedOut = createSignal();

/** This page speaks a protocol the server no longer knows. */
export const protocolTooOld = createSignal();

/** The server has been heard after a silence: what waits for it need not wait longer. */
export const serverReached = createSignal();

let agentId: string | null = null;

/** Whose page this is: the cookie may be another agent's by now, signed in to in another tab. */
export function speakFor(id: string | null): void {
  agentId = id;
}

interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The request outlives the page. */
  keepalive?: boolean;
}

/** The decoded answer, or null for an empty one. Raises ApiError or NoAnswerError. */
export async function request<Answer>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  { body, headers, signal, keepalive = false }: RequestOptions = {},
): Promise<Answer> {
  const deadline = AbortSignal.timeout(ANSWER_WITHIN_MS);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...commonHeaders(method),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      cache: 'no-store',
      keepalive,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    answer = response.status === 204 ? null : await response.json();
  } catch (fault) {
    throw new NoAnswerError(`${method} ${path}: no answer`, { cause: fault });
  }
  if (response.ok) return answer as Answer;
  throw refusal(response, answer) ?? new NoAnswerError(`${method} ${path}: ${response.status}`);
}

/** What every request says of its page. */
export function commonHeaders(method: string): Record<string, string> {
  return {
    ...(method === 'POST' ? { 'Forthwith-Protocol': String(PROTOCOL_VERSION) } : {}),
    ...(agentId === null ? {} : { 'Forthwith-Agent': agentId }),
  };
}

/** Null for an error page of something in between: that is not the server's word. */
export function refusal(
  response: Pick<Response, 'status' | 'headers'>,
  answer: unknown,
): ApiError | null {
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json');
  if (!isProblem || typeof answer !== 'object' || answer === null) return null;
  const problem = answer as Problem;
  if (problem.code === 'signed_out') signedOut.emit();
  if (problem.code === 'protocol_too_old') protocolTooOld.emit();
  const seconds = Number.parseFloat(response.headers.get('Retry-After') ?? '');
  return new ApiError(
    response.status,
    problem.code,
    problem.params ?? {},
    problem.detail ?? problem.title,
    Number.isFinite(seconds) ? seconds * 1_000 : null,
  );
}
