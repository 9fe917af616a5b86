import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { historyKey } from './applyRow';
import { loadNewest } from './loadPages';
import { emptyHistory, type MessageHistory } from './messageHistory';

const NOTHING_YET = emptyHistory();

/** What this browser holds of a conversation; asks for the newest page, of at least so many rows, when there is none. */
export function useMessageHistory(conversationId: string, atLeast: number): MessageHistory {
  const client = useQueryClient();
  const { data } = useQuery<MessageHistory>({
    queryKey: historyKey(conversationId),
    queryFn: skipToken,
  });
  useEffect(() => {
    void loadNewest(client, conversationId, atLeast);
  }, [client, conversationId, atLeast]);
  return data ?? NOTHING_YET;
}
