import type { OutboxEntry } from './entry';
import type { Owner, StoredDraft } from './outboxStorage';

/** What the tabs of one agent tell each other, so that all of them show the same (R18). */
export type TabNews =
  | { kind: 'entry'; entry: OutboxEntry }
  | { kind: 'removed'; clientId: string }
  /** The network or the server is back. */
  | { kind: 'wake' }
  /** `before`: what the teller's composer held until now. */
  | {
      kind: 'draft';
      conversationId: string;
      draft: StoredDraft | null;
      before: StoredDraft | null;
    };

export interface Tabs {
  tell(news: TabNews): void;
  listen(listener: (news: TabNews) => void): void;
  close(): void;
}

export function openTabs({ agentId, epoch }: Owner): Tabs {
  let isOpen = true;
  // A page from before files would take a file's entry for a text, so it must not hear of it.
  const channel = new BroadcastChannel(`forthwith-outbox-2:${agentId}:${epoch}`);
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no such argument
    tell: (news) => void (isOpen && channel.postMessage(news)),
    listen(listener) {
      channel.addEventListener('message', (event: MessageEvent<TabNews>) => listener(event.data));
    },
    close() {
      isOpen = false;
      channel.close();
    },
  };
}
