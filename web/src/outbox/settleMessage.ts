/** What an agent does about a message that failed, is in doubt, came back or has waited too long. */

import { ApiError } from '../api/http';
import { cancelMessage, dismissMessage, findMessage, retryMessage } from '../api/messages';
import { applyRow } from '../cache/applyRow';
import type { StoredMessage } from '../domain/message';
import type { UnsentEntry } from '../domain/unsent';
import type { RunningOutbox } from './assemble';
import { newClientId } from './clientId';
import { isQueued, type OutboxEntry } from './entry';
import { liftFailedRow, liftReturned } from './liftText';
import { runningOutbox } from './running';
import { settle, stillAsking, withNewId } from './settling';
import { sendMessage } from './useSendMessage';

/** *Send again* of an unconfirmed message: its next attempt. */
export function sendAgain(clientId: string): void {
  settleByRow(clientId, () => withNewId(clientId, (newId) => retryMessage(clientId, newId)));
}

/** *Leave it* of an unconfirmed message. */
export function leaveIt(clientId: string): void {
  settleByRow(clientId, () => dismissMessage(clientId));
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
  if (entry.tried) void settle(clientId, () => cancelAndLift(running, clientId));
  else running.outbox.giveBack(clientId, { code: 'cancelled', params: {} });
}

/** Stops a file on its way: it comes to lie in the tray. One whose POST may have left is cancelled on the server first. */
export function stopUpload(clientId: string): void {
  const running = runningOutbox();
  const entry = running?.outbox.entries.get(clientId);
  if (!running || !entry?.attachment || !isQueued(entry)) return;
  if (entry.tried) void settle(clientId, () => cancelAndLift(running, clientId));
  else running.outbox.giveBack(clientId, { code: 'cancelled', params: {} });
}

async function cancelAndLift(running: RunningOutbox, clientId: string): Promise<void> {
  const { client, outbox, lifting } = running;
  const row = await cancelled(clientId);
  if (!row) return outbox.giveBack(clientId, { code: 'cancelled', params: {} });
  applyRow(client, row, 'answer');
  if (row.status === 'failed' && row.message_type === 'text')
    await liftFailedRow(lifting, row, 'append');
  return undefined;
}

/** Null: never stored. A row that is not cancelled was with WhatsApp already, and says so by its status. */
async function cancelled(clientId: string): Promise<StoredMessage | null> {
  try {
    return await cancelMessage(clientId);
  } catch (fault) {
    if (!(fault instanceof ApiError && fault.code === 'already_handed_over')) throw fault;
    return findMessage(clientId);
  }
}

/** *Retry* in the tray: a new message with an id of its own, because the old one was refused. */
export function retryUnsent({ clientId, source }: UnsentEntry): void {
  if (source === 'row') {
    settleByRow(clientId, () => withNewId(clientId, (newId) => retryMessage(clientId, newId)));
    return;
  }
  const { outbox, entry } = returned(clientId) ?? {};
  if (!outbox || !entry) return;
  const { message, attachment, seenPos } = entry;
  const {
    conversation_id: conversationId,
    text_content: text,
    message_type: kind,
    media,
  } = message;
  const file =
    attachment && media && kind !== 'text' ? { kind, media, file: attachment.file } : undefined;
  sendMessage({ conversationId, clientId: newClientId(), text, seenPos, file });
  outbox.remove(clientId);
}

/** *Discard* in the tray. */
export function discardUnsent({ clientId, source }: UnsentEntry): void {
  if (source === 'row') settleByRow(clientId, () => dismissMessage(clientId));
  else runningOutbox()?.outbox.remove(clientId);
}

/** *Edit* in the tray: the text goes into the composer, after what is typed there. */
export function liftUnsent(
  { clientId, source }: UnsentEntry,
  row: StoredMessage | undefined,
): void {
  const running = runningOutbox();
  if (!running) return;
  const { lifting } = running;
  if (source === 'row') {
    const onSilence = () => stillAsking(clientId, LIFT_WAITS);
    if (row) void settle(clientId, () => liftFailedRow(lifting, row, 'append', onSilence));
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

const LIFT_WAITS =
  'The server does not answer. The text goes into the composer as soon as it does.';

/** Applies the row the server answers with. Without one nothing has changed, and the same can be done again. */
function settleByRow(clientId: string, ask: () => Promise<StoredMessage>): void {
  const running = runningOutbox();
  if (running) void settle(clientId, async () => applyRow(running.client, await ask(), 'answer'));
}
