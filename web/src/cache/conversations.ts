import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import type { ConversationFilter } from '../api/conversations';
import type { ConversationRow } from '../protocol/shapes';
import { LIST_KEY } from './applyRow';
import { conversationsOf, EMPTY_LIST, type ConversationList } from './conversationList';
import { loadConversation, loadConversations } from './loadPages';

export type { ConversationFilter } from '../api/conversations';

interface Conversations {
  conversations: ConversationRow[];
  /** The first page has not come yet. */
  isLoading: boolean;
  /** Asked for, without an answer; it goes on being asked for by itself. */
  isError: boolean;
  hasMore: boolean;
  loadMore: () => void;
  retry: () => void;
}

/** The list of conversations under a filter, by last activity. */
export function useConversations(filter: ConversationFilter): Conversations {
  const client = useQueryClient();
  const list = useConversationList();
  const { phase } = list.pages[filter];
  useEffect(() => {
    if (phase === 'untouched') void loadConversations(client, filter);
  }, [client, filter, phase]);
  const loadMore = useCallback(() => void loadConversations(client, filter), [client, filter]);
  const conversations = useMemo(() => conversationsOf(list, filter), [list, filter]);
  return {
    conversations,
    isLoading: phase === 'untouched' || (phase === 'loading' && conversations.length === 0),
    isError: phase === 'troubled' || phase === 'failed',
    hasMore: phase !== 'complete',
    loadMore,
    retry: loadMore,
  };
}

/** One conversation; undefined while it is asked for, null when there is none. */
export function useConversationRow(conversationId: string): ConversationRow | null | undefined {
  const client = useQueryClient();
  const known = useConversationList().rows.get(conversationId);
  const isKnown = known !== undefined;
  const { data: found } = useQuery({
    queryKey: ['conversation', conversationId],
    queryFn: isKnown
      ? skipToken
      : async () => (await loadConversation(client, conversationId)) !== null,
    retry: true,
  });
  if (known) return known;
  return found === false ? null : undefined;
}

function useConversationList(): ConversationList {
  const { data } = useQuery<ConversationList>({ queryKey: LIST_KEY, queryFn: skipToken });
  return data ?? EMPTY_LIST;
}
