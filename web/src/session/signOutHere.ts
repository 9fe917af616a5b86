import type { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/http';
import { signOut } from '../api/session';
import { wipeOutbox } from '../outbox/running';

/**
 * Ends the session by the agent's own will: first at the server, then here, where drafts, outbox and cache are
 * wiped. Rejects, with nothing wiped, when the server does not answer.
 */
export async function signOutHere(client: QueryClient): Promise<void> {
  try {
    await signOut();
  } catch (fault) {
    // An ended session is as good as a closed one.
    if (!(fault instanceof ApiError && fault.code === 'signed_out')) throw fault;
  }
  await wipeOutbox();
  client.clear();
}
