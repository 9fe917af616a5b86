/**
 * The durable copy of outbox and drafts in IndexedDB. What cannot be stored stays in memory, and the page
 * says so. Another agent's or store's records are neither read nor touched (R16).
 */

import { createSignal, type Signal } from '../domain/signal';
import type { OutboxEntry } from './entry';
import { openDatabase, type OutboxDatabase } from './openDatabase';

export interface StoredDraft {
  /** The future client_id (R1). */
  id: string;
  conversationId: string;
  text: string;
}

/** Written in one transaction: all of it or nothing. A draft of null is removed. */
export interface StorageChange {
  entries?: readonly OutboxEntry[];
  removed?: readonly string[];
  drafts?: Readonly<Record<string, StoredDraft | null>>;
}

/** `memory`: the browser keeps nothing for us, texts end with the page; `full`: no room for another. */
export type StorageState = 'durable' | 'memory' | 'full';

export interface OutboxStorage {
  readonly state: StorageState;
  readonly stateChanged: Signal<StorageState>;
  load(): Promise<{ entries: OutboxEntry[]; drafts: StoredDraft[] }>;
  /** Begins in the same task. Never raises: what went wrong is in `state`. */
  write(change: StorageChange): Promise<void>;
  close(): void;
}

/** Whose records they are. */
export interface Owner {
  agentId: string;
  epoch: string;
}

export function openOutboxStorage(owner: Owner): OutboxStorage {
  const stateChanged = createSignal<StorageState>();
  let state: StorageState = 'durable';
  let db: OutboxDatabase | null = null;
  const become = (next: StorageState) => {
    if (next === state) return;
    state = next;
    stateChanged.emit(next);
  };
  const opened = openDatabase(() => {
    db = null;
    become('memory');
  }).then((found) => {
    db = found;
    if (!found) become('memory');
  });

  return {
    get state() {
      return state;
    },
    stateChanged,
    async load() {
      await opened;
      const [entries, drafts] = db ? await readAll(db) : [[], []];
      return {
        entries: entries.filter((entry) => isOwn(entry, owner)),
        drafts: drafts.filter((draft) => isOwn(draft, owner)),
      };
    },
    async write(change) {
      if (!db) await opened;
      if (!db) return;
      if (change.entries?.length) askForPersistence();
      try {
        await writeAll(db, owner, change);
        become('durable');
      } catch (fault) {
        become(
          fault instanceof DOMException && fault.name === 'QuotaExceededError' ? 'full' : 'memory',
        );
      }
    },
    close() {
      db?.close();
      db = null;
    },
  };
}

/** A browser short of space drops what is not persistent first. Asked when there is something to keep. */
function askForPersistence(): void {
  if ('storage' in navigator) navigator.storage.persist().catch(() => undefined);
}

/** Everybody's; nothing when the database is closed or torn meanwhile. */
function readAll(db: OutboxDatabase) {
  const read = Promise.all([db.getAll('entries'), db.getAll('drafts')]);
  return read.catch((): Awaited<typeof read> => [[], []]);
}

async function writeAll(
  db: OutboxDatabase,
  owner: Owner,
  { entries = [], removed = [], drafts = {} }: StorageChange,
): Promise<void> {
  const transaction = db.transaction(['entries', 'drafts'], 'readwrite', { durability: 'strict' });
  const inEntries = transaction.objectStore('entries');
  const inDrafts = transaction.objectStore('drafts');
  const requests = [
    ...entries.map((entry) => inEntries.put(entry)),
    ...removed.map((clientId) => inEntries.delete(clientId)),
    ...Object.entries(drafts).map(([conversationId, draft]) =>
      draft === null
        ? inDrafts.delete([owner.agentId, owner.epoch, conversationId])
        : inDrafts.put({ ...draft, ...owner }),
    ),
  ];
  // Said now, the commit outlives the page: without it a reload in the next milliseconds undoes the write.
  transaction.commit();
  await Promise.all([...requests, transaction.done]);
}

function isOwn(record: Owner, owner: Owner): boolean {
  return record.agentId === owner.agentId && record.epoch === owner.epoch;
}
