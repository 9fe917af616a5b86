/**
 * A text that could not be sent goes back into the composer it came from, if that is open and empty; else it
 * stays in the unsent tray. Never into another conversation, never over typed text (R19).
 */

import { ApiError } from '../api/http';
import { optimisticMessage, type OptimisticMessage, type StoredMessage } from '../domain/message';
import { newClientId } from './clientId';
import { storedDraft, type Drafts } from './draftStore';
import type { OutboxEntry, Reason } from './entry';
import type { Outbox } from './outbox';
import type { OutboxStorage } from './outboxStorage';

const ASK_AGAIN_MS = 2_000;

/** Where a text may go. */
export interface Lifting {
  outbox: Outbox;
  drafts: Drafts;
  storage: OutboxStorage;
  dismiss: (clientId: string) => Promise<StoredMessage>;
  onRow: (row: StoredMessage) => void;
}

/** What happens to a text whose composer is busy: by itself it stays in the tray, at the agent's wish it is appended. */
type WhenBusy = 'tray' | 'append';

/** A text refused before acceptance: it is only in this browser, so nobody else can have taken it. */
export function liftReturned(
  { outbox, drafts }: Lifting,
  entry: OutboxEntry,
  whenBusy: WhenBusy = 'tray',
): void {
  const {
    client_id: clientId,
    conversation_id: conversationId,
    text_content: text,
  } = entry.message;
  // Taken back by the agent: they know why it is there.
  const reason = entry.reason?.code === 'cancelled' ? null : entry.reason;
  if (whenBusy === 'append') drafts.append(conversationId, text, reason);
  else if (!drafts.lift(conversationId, text, reason)) return;
  const draft = storedDraft(drafts.get(conversationId));
  outbox.remove(clientId, { drafts: { [conversationId]: draft } });
}

/** A failed row's text: whoever settles the row first has it. It is stored here before the row is settled (G8). */
export async function liftFailedRow(
  lifting: Lifting,
  row: StoredMessage,
  whenBusy: WhenBusy = 'tray',
): Promise<void> {
  const { drafts, storage } = lifting;
  const { conversation_id: conversationId, text_content: text } = row;
  const typed = drafts.get(conversationId);
  if (typed && whenBusy === 'tray') return;
  const staged = {
    id: newClientId(),
    conversationId,
    text: typed ? `${typed.text}\n${text}` : text,
  };
  await storage.write({ drafts: { [conversationId]: staged } });
  const isOurs = await dismissAsOnlyOne(lifting, row.client_id);
  const reason: Reason = { code: row.error?.code ?? 'refused', params: row.error?.params ?? {} };
  if (isOurs && whenBusy === 'append') drafts.append(conversationId, text, reason);
  else if (isOurs && !drafts.lift(conversationId, text, reason)) {
    // The agent began to type while the row was being settled.
    lifting.outbox.addReturned(asOptimistic(row, newClientId()), reason);
  }
  await storage.write({ drafts: { [conversationId]: storedDraft(drafts.get(conversationId)) } });
}

/** Whether this call settled the row. After a time-out it may have: then the text is better twice than lost. */
async function dismissAsOnlyOne(lifting: Lifting, clientId: string): Promise<boolean> {
  for (let isInDoubt = false; ; isInDoubt = true) {
    try {
      lifting.onRow(await lifting.dismiss(clientId));
      return true;
    } catch (fault) {
      if (fault instanceof ApiError && fault.status < 500) return isInDoubt;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}

function asOptimistic(row: StoredMessage, id: string): OptimisticMessage {
  return optimisticMessage({
    clientId: id,
    conversationId: row.conversation_id,
    agent: { _id: row.sender_id, name: row.sender_name },
    text: row.text_content,
    at: Date.parse(row.timestamp),
    replyTo: row.reply_to,
  });
}
