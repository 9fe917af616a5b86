import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, type RefObject } from 'react';
import { historyKey } from '../cache/applyRow';
import { loadOlder } from '../cache/loadPages';
import { rowOf, type MessageHistory } from '../cache/messageHistory';
import type { ThreadRows } from './threadRows';
import type { MessageListHandle } from './VirtualizedMessageList';

const FOUND_TOP = 120;
const BAND_MS = 1_200;
/** Pages of history behind a quote: beyond that it is a search's work. */
const MOST_PAGES = 200;

/** Finds rows of this conversation and leads to them; a new object when more of its history has come. */
export function useThreadRows(
  conversationId: string,
  from: number | null,
  list: RefObject<MessageListHandle | null>,
): ThreadRows {
  const client = useQueryClient();
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return useMemo(() => {
    const history = () => client.getQueryData<MessageHistory>(historyKey(conversationId));
    const find = (clientId: string) => {
      const held = history();
      return from === null || held === undefined ? undefined : rowOf(held, clientId);
    };
    const goTo = async (clientId: string) => {
      for (let page = 0; page < MOST_PAGES && isHere.current; page++) {
        const held = history();
        if (held === undefined || rowOf(held, clientId) !== undefined || held.from === 0) break;
        await loadOlder(client, conversationId);
        if (history()?.hasFailed) break;
      }
      if (!isHere.current || find(clientId) === undefined) return;
      list.current?.goTo({ kind: 'row', key: clientId, top: FOUND_TOP });
      requestAnimationFrame(() => requestAnimationFrame(() => band(clientId)));
    };
    return { find, goTo: (clientId: string) => void goTo(clientId) };
  }, [client, conversationId, from, list]);
}

/** Shows which row it is. An attribute that React knows nothing of, so that no row is drawn anew for it. */
function band(clientId: string): void {
  const row = document.getElementById(clientId)?.parentElement;
  if (!row) return;
  row.dataset.found = '';
  setTimeout(() => delete row.dataset.found, BAND_MS);
}
