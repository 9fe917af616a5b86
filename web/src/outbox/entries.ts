import { createSignal } from '../domain/signal';
import type { OutboxEntry } from './entry';

const NONE: readonly OutboxEntry[] = [];

/** The entries of this page, by id and by conversation, for whoever draws them. */
export class Entries implements Iterable<OutboxEntry> {
  readonly #byId = new Map<string, OutboxEntry>();
  readonly #byConversation = new Map<string, readonly OutboxEntry[]>();
  readonly changed = createSignal();

  get(clientId: string): OutboxEntry | undefined {
    return this.#byId.get(clientId);
  }

  /** In the order of the Enters; the same array until one of them changes. */
  of(conversationId: string): readonly OutboxEntry[] {
    return this.#byConversation.get(conversationId) ?? NONE;
  }

  [Symbol.iterator](): Iterator<OutboxEntry> {
    return this.#byId.values();
  }

  put(entry: OutboxEntry): void {
    this.#byId.set(entry.message.client_id, entry);
    this.#sort(entry.message.conversation_id);
  }

  /** The entry taken out, if there was one. */
  take(clientId: string): OutboxEntry | undefined {
    const entry = this.#byId.get(clientId);
    if (entry) {
      this.#byId.delete(clientId);
      this.#sort(entry.message.conversation_id);
    }
    return entry;
  }

  /**
   * Greater than that of any entry here, however the clock was set; `now`, so that it is also greater than those
   * entered a moment ago in a tab that has not been heard yet.
   */
  nextOrdinal(now: number): number {
    return Math.max(now, ...[...this].map((entry) => entry.ordinal + 1));
  }

  #sort(conversationId: string): void {
    const entries = [...this].filter((entry) => entry.message.conversation_id === conversationId);
    if (entries.length === 0) this.#byConversation.delete(conversationId);
    else this.#byConversation.set(conversationId, entries.toSorted(byOrdinal));
    this.changed.emit();
  }
}

/** Two tabs may give one ordinal in the same millisecond; all tabs must read the two in the same order. */
function byOrdinal(one: OutboxEntry, other: OutboxEntry): number {
  return one.ordinal - other.ordinal || (one.message.client_id < other.message.client_id ? -1 : 1);
}
