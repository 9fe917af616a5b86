/** What an agent does about a message that failed, is in doubt, came back or has waited too long. */

import { cancelMessage, dismissMessage, retryMessage } from '../api/messages';
import { applyRow } from '../cache/applyRow';
import type { StoredMessage } from '../domain/message';
import type { UnsentEntry } from '../domain/unsent';
import type { RunningOutbox } from './assemble';
import { newClientId } from './clientId';
import { isQueued, type OutboxEntry } from './entry';
import { liftFailedRow, liftReturned, type Lifting } from './liftText';
import { runningOutbox } from './running';
import { sendMessage } from './useSendMessage';

/** *Send again* of an unconfirmed message: its next attempt. */
export function sendAgain(clientId: string): void {
  withRow(() => retryMessage(clientId, newClientId()));
}

/** *Leave it* of an unconfirmed message. */
export function leaveIt(clientId: string): void {
  withRow(() => dismissMessage(clientId));
}

/** A stale message is to be sent all the same. */
export function consent(clientId: string): void {
  runningOutbox()?.outbox.consent(clientId);
}

/** A message not accepted yet goes back to the agent; one that may have left is cancelled on the server first. */
export function takeBack(clientId: string): void {
  const running = runningOutbox();
  const entry = running?.outbox.entries.get(clientId);
  if (!running || !entry || isQueued(entry)) return;
  const giveBack = () => running.outbox.giveBack(clientId, { code: 'cancelled', params: {} });
  if (entry.tried) withRow(() => cancelMessage(clientId), giveBack);
  else giveBack();
}

/** *Retry* in the tray: a new message with an id of its own, because the old one was refused. */
export function retryUnsent({ clientId, source }: UnsentEntry): void {
  if (source === 'row') return withRow(() => retryMessage(clientId, newClientId()));
  const { outbox, entry } = returned(clientId) ?? {};
  if (!outbox || !entry) return;
  const { conversation_id: conversationId, text_content: text } = entry.message;
  sendMessage({ conversationId, clientId: newClientId(), text, seenPos: entry.seenPos });
  outbox.remove(clientId);
}

/** *Discard* in the tray. */
export function discardUnsent({ clientId, source }: UnsentEntry): void {
  if (source === 'row') withRow(() => dismissMessage(clientId));
  else runningOutbox()?.outbox.remove(clientId);
}

/** *Edit* in the tray: the text goes into the composer, after what is typed there. */
export function liftUnsent(
  { clientId, source }: UnsentEntry,
  row: StoredMessage | undefined,
): void {
  const running = runningOutbox();
  if (!running) return;
  const lifting = liftingOf(running);
  if (source === 'row') {
    if (row) void liftFailedRow(lifting, row, 'append');
    return;
  }
  const { entry } = returned(clientId) ?? {};
  if (entry) liftReturned(lifting, entry, 'append');
}

function returned(
  clientId: string,
): { outbox: RunningOutbox['outbox']; entry: OutboxEntry } | null {
  const outbox = runningOutbox()?.outbox;
  const entry = outbox?.entries.get(clientId);
  return outbox && entry?.phase === 'returned' ? { outbox, entry } : null;
}

/** Applies the row the server answers with. Without one nothing has changed, and the same can be done again. */
function withRow(ask: () => Promise<StoredMessage | null>, then?: () => void): void {
  const running = runningOutbox();
  if (!running) return;
  ask().then(
    (row) => {
      if (row) applyRow(running.client, row, 'answer');
      then?.();
    },
    () => undefined,
  );
}

function liftingOf({ client, outbox, drafts, storage }: RunningOutbox): Lifting {
  return {
    outbox,
    drafts,
    storage,
    dismiss: dismissMessage,
    onRow: (row) => applyRow(client, row, 'answer'),
  };
}
