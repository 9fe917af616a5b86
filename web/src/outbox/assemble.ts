import type { QueryClient } from '@tanstack/react-query';
import { isRefusal, serverReached } from '../api/http';
import { dismissMessage, findMessage } from '../api/messages';
import { sendMessage } from '../api/sendMessage';
import { applyRow, LIST_KEY, rowApplied } from '../cache/applyRow';
import type { ConversationList } from '../cache/conversationList';
import { knownRow } from '../cache/knownRow';
import type { OptimisticMessage, StoredMessage } from '../domain/message';
import { createSignal } from '../domain/signal';
import type { AgentRow, Status } from '../protocol/shapes';
import { Drafts } from './draftStore';
import { finishLifting, liftFailedRow, liftReturned, type Lifting } from './liftText';
import { Outbox } from './outbox';
import {
  openOutboxStorage,
  type OutboxStorage,
  type Owner,
  type StoredDraft,
} from './outboxStorage';
import { openTabs, type Tabs } from './tabs';
import { openUploadDoor } from './uploadDoor';

/** A message is posted: its first try, or another. */
export const posting = createSignal<OptimisticMessage>();

/** An outbox and what belongs to it, for one agent and store. */
export interface RunningOutbox {
  client: QueryClient;
  agent: AgentRow;
  owner: Owner;
  outbox: Outbox;
  drafts: Drafts;
  storage: OutboxStorage;
  lifting: Lifting;
  /** Posts no more; what is stored stays stored. */
  stop: () => void;
}

/**
 * Puts the outbox together with the API, the cache, the storage and the other tabs; it begins to post.
 * `composers`: conversations whose composer is on this tab's screen; only there is a text lifted by itself.
 */
export function assembleOutbox(
  owner: Owner,
  agent: AgentRow,
  client: QueryClient,
  composers: ReadonlySet<string>,
  onChange: () => void,
): RunningOutbox {
  const storage = openOutboxStorage(owner);
  const tabs = openTabs(owner);
  const drafts = new Drafts(storage, tabs);
  const onRow = (row: StoredMessage) => applyRow(client, row, 'answer');
  const { locks } = navigator;
  const stopping = new AbortController();
  const uploads = openUploadDoor(() => outbox, owner.agentId, locks, stopping.signal);
  const outbox: Outbox = new Outbox({
    owner,
    prepare: uploads.prepare,
    post: (message, seenPos, signal) => {
      posting.emit(message);
      return uploads.postWith(message.client_id, signal, (mediaId) =>
        sendMessage(message, seenPos, signal, mediaId),
      );
    },
    find: findMessage,
    storage,
    tabs,
    locks,
    windowClosesAt: (conversationId) => windowClosesAt(client, conversationId),
    onRow,
    onReturned: (entry) => {
      // A file has no place in the composer's text: it waits in the tray.
      if (entry.attachment) return;
      if (composers.has(entry.message.conversation_id)) liftReturned(lifting, entry);
    },
    now: Date.now,
  });
  const { signal } = stopping;
  const dismiss = dismissMessage;
  const lifting: Lifting = { outbox, drafts, storage, locks, dismiss, onRow, signal };
  const wake = () => {
    outbox.wake();
    uploads.wake();
    // A hidden tab may hold the lane, and browsers let its pauses last for a minute.
    tabs.tell({ kind: 'wake' });
  };
  addEventListener('online', wake);
  const endings = [
    outbox.entries.changed.subscribe(onChange),
    drafts.subscribe(onChange),
    storage.stateChanged.subscribe(onChange),
    serverReached.subscribe(wake),
    rowApplied.subscribe(({ row }) => {
      outbox.settleByRow(row);
      if (row.direction === 'outbound') drafts.release(row.client_id, row.text_content);
    }),
    liftFailures(lifting, composers),
    () => removeEventListener('online', wake),
  ];
  void load(lifting, client).then(uploads.start);
  hearTabs(tabs, outbox, drafts);
  return {
    client,
    agent,
    owner,
    outbox,
    drafts,
    storage,
    lifting,
    stop() {
      for (const end of endings) end();
      stopping.abort();
      outbox.close();
      tabs.close();
      storage.close();
    },
  };
}

/** What an earlier page left. A draft whose id has become a message is not a draft any more (R1). */
async function load(lifting: Lifting, client: QueryClient): Promise<void> {
  const { outbox, drafts, storage } = lifting;
  const found = await storage.load();
  outbox.adopt(found.entries);
  drafts.adopt(
    found.drafts,
    ({ id, conversationId }) =>
      (outbox.entries.get(id)?.message ?? knownRow(client, conversationId, id))?.text_content,
  );
  outbox.start();
  for (const entry of outbox.entries) {
    if (entry.phase === 'lifting') void finishLifting(lifting, entry);
  }
  for (const draft of found.drafts) {
    if (drafts.get(draft.conversationId)?.id === draft.id) void askForRow(drafts, client, draft);
  }
}

/** Its page may have ended after Enter and before the storage knew: then there is a row that nobody here has seen. */
async function askForRow(drafts: Drafts, client: QueryClient, { id }: StoredDraft): Promise<void> {
  try {
    const row = await findMessage(id);
    if (row) applyRow(client, row, 'page');
  } catch (fault) {
    // Taken back: the text is still wanted, its id is not.
    if (isRefusal(fault)) drafts.release(id, '');
  }
}

function hearTabs(tabs: Tabs, outbox: Outbox, drafts: Drafts): void {
  tabs.listen((news) => {
    if (news.kind === 'entry') outbox.hear(news.entry);
    else if (news.kind === 'removed') outbox.forget(news.clientId);
    else if (news.kind === 'wake') outbox.wake();
    else drafts.hear(news);
  });
}

/** Lifts the text of a row that fails after this tab has posted it, once. */
function liftFailures(lifting: Lifting, composers: ReadonlySet<string>): () => void {
  const seen = new Map<string, Status>();
  return rowApplied.subscribe(({ row }) => {
    if (!lifting.outbox.hasPosted(row.client_id)) return;
    const before = seen.get(row.client_id);
    seen.set(row.client_id, row.status);
    const hasFailed = row.status === 'failed' && before !== 'failed' && row.dismissed_at === null;
    if (hasFailed && row.message_type === 'text' && composers.has(row.conversation_id))
      void liftFailedRow(lifting, row);
  });
}

function windowClosesAt(client: QueryClient, conversationId: string): number | null {
  const list = client.getQueryData<ConversationList>(LIST_KEY);
  const closesAt = list?.rows.get(conversationId)?.service_window_expires_at;
  return closesAt ? Date.parse(closesAt) : null;
}
