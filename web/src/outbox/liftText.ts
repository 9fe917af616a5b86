/**
 * A text that could not be sent goes back into the composer it came from, if that is open and empty; else it
 * stays in the unsent tray. Never into another conversation, never over typed text (R19).
 */

import { isRefusal } from '../api/http';
import { optimisticMessage, type OptimisticMessage, type StoredMessage } from '../domain/message';
import { pause } from '../domain/pause';
import { newClientId } from './clientId';
import { storedDraft, type Drafts } from './draftStore';
import type { OutboxEntry, Reason } from './entry';
import type { Outbox, OutboxPorts } from './outbox';
import type { OutboxStorage } from './outboxStorage';

const ASK_AGAIN_MS = 2_000;

/** Where a text may go. */
export interface Lifting {
  outbox: Outbox;
  drafts: Drafts;
  storage: OutboxStorage;
  locks: OutboxPorts['locks'];
  dismiss: (clientId: string) => Promise<StoredMessage>;
  onRow: (row: StoredMessage) => void;
  /** Aborted when this outbox stops: what is being lifted then is finished by the agent's next page. */
  signal: AbortSignal;
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

/**
 * A failed row's text: whoever settles the row first has it. It is stored here before the row is settled (G8), in
 * a record of its own id: of two tabs that lift one text, the loser clears nothing of the winner's.
 * `onSilence`: the server does not answer, and is asked until it does.
 */
export async function liftFailedRow(
  lifting: Lifting,
  row: StoredMessage,
  whenBusy: WhenBusy = 'tray',
  onSilence: () => void = () => undefined,
): Promise<void> {
  const { drafts, outbox, storage } = lifting;
  if (drafts.get(row.conversation_id) && whenBusy === 'tray') return;
  const reason: Reason = { code: row.error?.code ?? 'refused', params: row.error?.params ?? {} };
  const staged: OutboxEntry = {
    ...outbox.newEntry(asOptimistic(row, newClientId()), null),
    phase: 'lifting',
    reason,
    liftedFrom: row.client_id,
  };
  await lifting.locks.request(lockOf(row.client_id), async () => {
    await storage.write({ entries: [staged] });
    outbox.adopt([staged]);
    const { client_id: id } = staged.message;
    const isOurs = await dismissAsOnlyOne(lifting, row.client_id, false, onSilence);
    if (isOurs) liftReturned(lifting, comeBack(outbox, staged), whenBusy);
    else if (isOurs === false) outbox.remove(id);
  });
}

/** What a page was lifting when it ended: it may have settled the row, and then the text is only here. */
export async function finishLifting(lifting: Lifting, staged: OutboxEntry): Promise<void> {
  const { outbox, storage } = lifting;
  const { client_id: id } = staged.message;
  const { liftedFrom } = staged;
  if (!liftedFrom) return;
  // Another tab that lives and is lifting it holds the lock, and has taken the record away by the time it lets go.
  await lifting.locks.request(lockOf(liftedFrom), async () => {
    const { entries } = await storage.load();
    if (!entries.some((entry) => entry.message.client_id === id)) return outbox.forget(id);
    if (await dismissAsOnlyOne(lifting, liftedFrom, true)) comeBack(outbox, staged);
    return undefined;
  });
}

const lockOf = (clientId: string) => `forthwith-lift:${clientId}`;

function comeBack(outbox: Outbox, staged: OutboxEntry): OutboxEntry {
  outbox.updateOptimisticMessage(staged.message.client_id, { phase: 'returned' });
  return staged;
}

/**
 * Whether this call settled the row; null when the outbox stopped before that was known. After a time-out an earlier
 * call may have settled it: then the text is better twice than lost.
 */
async function dismissAsOnlyOne(
  lifting: Lifting,
  clientId: string,
  isInDoubt: boolean,
  onSilence: () => void = () => undefined,
): Promise<boolean | null> {
  const { signal } = lifting;
  for (let doubt = isInDoubt; !signal.aborted; doubt = true) {
    try {
      lifting.onRow(await lifting.dismiss(clientId));
      return true;
    } catch (fault) {
      if (isRefusal(fault)) return doubt;
      onSilence();
      await pause(ASK_AGAIN_MS, signal);
    }
  }
  return null;
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
