import { useSyncExternalStore } from 'react';
import type { OutboxEntry } from './entry';
import type { StorageState } from './outboxStorage';
import { outboxChanged, runningOutbox } from './running';

const NONE: readonly OutboxEntry[] = [];

/** This browser's entries of a conversation, in the order of the Enters; the same array until one changes. */
export function useEntries(conversationId: string): readonly OutboxEntry[] {
  return useOutboxValue(() => runningOutbox()?.outbox.entries.of(conversationId) ?? NONE);
}

/** How many returned texts wait in this browser, by conversation. */
export function useUnsentCounts(): ReadonlyMap<string, number> {
  return useOutboxValue(unsentCounts);
}

/** How many messages of this browser have not reached the server. */
export function useWaitingCount(): number {
  return useOutboxValue(
    () =>
      [...(runningOutbox()?.outbox.entries ?? [])].filter((entry) =>
        ['queued', 'posting', 'waiting'].includes(entry.phase),
      ).length,
  );
}

/** Whether texts survive this page. */
export function useStorageState(): StorageState {
  return useOutboxValue(() => runningOutbox()?.storage.state ?? 'durable');
}

/** Draws again when what `read` returns is another value. */
export function useOutboxValue<Value>(read: () => Value): Value {
  return useSyncExternalStore(outboxChanged.subscribe, read);
}

let counted: ReadonlyMap<string, number> = new Map();

/** The same map until a count changes. */
function unsentCounts(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { phase, message } of runningOutbox()?.outbox.entries ?? []) {
    if (phase !== 'returned') continue;
    counts.set(message.conversation_id, (counts.get(message.conversation_id) ?? 0) + 1);
  }
  const isSame =
    counts.size === counted.size && [...counts].every(([id, count]) => counted.get(id) === count);
  if (!isSame) counted = counts;
  return counted;
}
