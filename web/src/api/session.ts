import type { SessionAnswer, SignIn } from '../protocol/shapes';
import { ApiError, request, signedOut } from './http';

/** Begins a session. Raises ApiError `wrong_credentials` or `too_many_attempts`, or NoAnswerError. */
export function signIn(email: string, password: string): Promise<SessionAnswer> {
  const body: SignIn = { email, password };
  return request('POST', '/api/session', { body });
}

export async function signOut(): Promise<void> {
  await request('DELETE', '/api/session');
}

/** Who is signed in, or null. Raises NoAnswerError. */
export async function fetchSession(): Promise<SessionAnswer | null> {
  try {
    return await request<SessionAnswer>('GET', '/api/session');
  } catch (fault) {
    if (fault instanceof ApiError && fault.code === 'signed_out') return null;
    throw fault;
  }
}

/** Calls `listener` when any answer or the socket says that the session has ended. */
export function onSignedOut(listener: () => void): () => void {
  return signedOut.subscribe(listener);
}
