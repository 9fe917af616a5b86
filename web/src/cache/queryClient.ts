import { QueryClient } from '@tanstack/react-query';
import { StreamCursor } from './streamCursor';

const KEPT_UNSEEN_MS = 30 * 60_000;

/**
 * The cache of what the server has told. Queries here never fetch by themselves: rows come in through
 * `applyRow.ts` only, from pages that are asked for and events that arrive (R14).
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: KEPT_UNSEEN_MS,
        // Comparing every row of a long history on each patch costs more than drawing it.
        structuralSharing: false,
        retry: false,
        refetchOnMount: false,
        refetchOnReconnect: false,
        refetchOnWindowFocus: false,
      },
    },
  });
}

const cursors = new WeakMap<QueryClient, StreamCursor>();

/** The place in the event stream that this cache has reached. */
export function streamCursorOf(client: QueryClient): StreamCursor {
  let cursor = cursors.get(client);
  if (!cursor) cursors.set(client, (cursor = new StreamCursor()));
  return cursor;
}
