import type { QueryClient } from '@tanstack/react-query';
import type { StoredMessage } from '../domain/message';
import { historyKey, LIST_KEY } from './applyRow';
import type { ConversationList } from './conversationList';
import { rowOf, type MessageHistory } from './messageHistory';

/** The stored row of this id, as far as this browser has been told of it. */
export function knownRow(
  client: QueryClient,
  conversationId: string,
  clientId: string,
): StoredMessage | undefined {
  const history = client.getQueryData<MessageHistory>(historyKey(conversationId));
  const list = client.getQueryData<ConversationList>(LIST_KEY);
  const last = list?.rows.get(conversationId)?.last_message;
  return (
    (history && rowOf(history, clientId)) ??
    [...(history?.strays ?? []), last].find((row) => row?.client_id === clientId) ??
    undefined
  );
}
