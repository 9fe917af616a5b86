import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { loadOlder } from '../cache/loadPages';
import type { MessageHistory } from '../cache/messageHistory';
import type { UnsentEntry } from '../domain/unsent';

const LOOKED_AT_MOST = 1_000;

/** A failed row further back belongs into the tray too: loads until it is here. */
export function useFailedRows(
  conversationId: string,
  count: number,
  history: MessageHistory,
  unsent: readonly UnsentEntry[],
): void {
  const client = useQueryClient();
  const found = unsent.filter((entry) => entry.source === 'row').length;
  const isMissing = count > found && history.rows.length < LOOKED_AT_MOST;
  const { from } = history;
  useEffect(() => {
    if (isMissing && from) void loadOlder(client, conversationId);
  }, [client, conversationId, isMissing, from]);
}
