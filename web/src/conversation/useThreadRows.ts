import { useQueryClient } from '@tanstack/react-query';
import { useMemo, type RefObject } from 'react';
import { historyKey } from '../cache/applyRow';
import { rowOf, type MessageHistory } from '../cache/messageHistory';
import type { ThreadRows } from './threadRows';
import type { MessageListHandle } from './VirtualizedMessageList';

/** Finds rows of this conversation and leads to them; a new object when more of its history has come. */
export function useThreadRows(
  conversationId: string,
  from: number | null,
  list: RefObject<MessageListHandle | null>,
): ThreadRows {
  const client = useQueryClient();
  return useMemo(
    () => ({
      find: (clientId) => {
        const held = client.getQueryData<MessageHistory>(historyKey(conversationId));
        return from === null || !held ? undefined : rowOf(held, clientId);
      },
      goTo: (clientId) =>
        void import('./parts/parts').then(({ goToRow }) =>
          goToRow(client, conversationId, clientId, () => list.current),
        ),
    }),
    [client, conversationId, from, list],
  );
}
