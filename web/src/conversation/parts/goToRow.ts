import type { QueryClient } from '@tanstack/react-query';
import { historyKey } from '../../cache/applyRow';
import { loadOlder } from '../../cache/loadPages';
import { rowOf, type MessageHistory } from '../../cache/messageHistory';
import type { MessageListHandle } from '../VirtualizedMessageList';

const FOUND_TOP = 120;
const BAND_MS = 1_200;
const MOST_FRAMES = 120;
/** Pages of history behind a quote: beyond that it is a search's work. */
const MOST_PAGES = 200;

/** Leads to the message of this client_id, loading what lies between. `list`: null once the thread is closed. */
export async function goToRow(
  client: QueryClient,
  conversationId: string,
  clientId: string,
  list: () => MessageListHandle | null,
): Promise<void> {
  const history = () => client.getQueryData<MessageHistory>(historyKey(conversationId));
  const isHere = () => {
    const held = history();
    return held !== undefined && rowOf(held, clientId) !== undefined;
  };
  for (let page = 0; page < MOST_PAGES && list() !== null && !isHere(); page++) {
    if (!history()?.from) return;
    await loadOlder(client, conversationId);
    if (history()?.hasFailed) return;
  }
  if (!isHere()) return;
  list()?.goTo({ kind: 'row', key: clientId, top: FOUND_TOP });
  band(clientId, MOST_FRAMES);
}

/**
 * Shows which row it is, as soon as it is mounted, which takes a few frames. An attribute that React knows nothing of,
 * so that no row is drawn anew for it.
 */
function band(clientId: string, framesLeft: number): void {
  const row = document.getElementById(clientId)?.parentElement;
  if (!row) {
    if (framesLeft > 0) requestAnimationFrame(() => band(clientId, framesLeft - 1));
    return;
  }
  row.dataset.found = '';
  setTimeout(() => delete row.dataset.found, BAND_MS);
}
