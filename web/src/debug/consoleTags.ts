/** The console's tagged sequence of a message: ids only, never text or phone numbers (protocol.md §6). */

import { rowApplied } from '../cache/applyRow';
import type { EntryPhase } from '../domain/message';
import { outboxChanged, runningOutbox } from '../outbox/running';
import { eventReceived } from '../realtime/useWebSocket';

const OPTIMISTIC = '[OPTIMISTIC]';
const MESSAGE = '[MESSAGE]';

/** Tells what becomes of each entry. `newest`: the id added last, even after it has become a row. */
export function listenToOutbox(): { newest: () => string | null } {
  const known = new Map<string, EntryPhase>();
  let newest: string | null = null;
  const compare = () => {
    const entries = [...(runningOutbox()?.outbox.entries ?? [])];
    for (const { phase, reason, message } of entries) {
      const before = known.get(message.client_id);
      if (before === phase) continue;
      if (before === undefined) newest = message.client_id;
      known.set(message.client_id, phase);
      tellPhase(message.client_id, before, phase, reason?.code);
    }
    const present = new Set(entries.map((entry) => entry.message.client_id));
    for (const [clientId, phase] of known) {
      if (present.has(clientId)) continue;
      known.delete(clientId);
      const how = phase === 'accepted' ? 'replaced by its stored row' : 'removed';
      console.info(`🔍 ${OPTIMISTIC} ${how}`, clientId);
    }
  };
  compare();
  outboxChanged.subscribe(compare);
  rowApplied.subscribe(({ row, source }) => {
    if (source === 'page') return;
    if (known.has(row.client_id)) {
      console.info(`🔍 ${OPTIMISTIC} matched by ${source}`, row.client_id, { pos: row.pos });
    }
    if (row.status === 'failed' || row.status === 'unconfirmed') {
      console.info(`❌ ${MESSAGE} ${row.status}`, row.client_id, { code: row.error?.code });
    }
  });
  return { newest: () => newest };
}

/** Tells every event, after it has been applied. */
export function listenToSocket(): void {
  eventReceived.subscribe(({ type, seq, message, conversation_id: conversationId }) => {
    const what = message ? { id: message.client_id, status: message.status } : { conversationId };
    console.info(`🔔 [WEBSOCKET] ${type}`, { seq, ...what });
  });
}

function tellPhase(
  clientId: string,
  before: EntryPhase | undefined,
  phase: EntryPhase,
  code: string | undefined,
): void {
  const why = code === undefined ? [] : [{ code }];
  if (before === undefined) console.info(`🚀 ${OPTIMISTIC} added`, clientId);
  if (phase === 'accepted') console.info(`✅ ${MESSAGE} accepted`, clientId);
  else if (phase === 'returned') console.info(`❌ ${MESSAGE} returned`, clientId, ...why);
  else if (before !== undefined) console.info(`🔍 ${OPTIMISTIC} ${phase}`, clientId, ...why);
}
