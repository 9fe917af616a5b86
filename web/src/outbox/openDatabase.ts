import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { OutboxEntry } from './entry';
import type { StoredFile } from './files';
import type { Owner, StoredDraft } from './outboxStorage';

interface Schema extends DBSchema {
  entries: { key: string; value: OutboxEntry };
  drafts: { key: [agentId: string, epoch: string, conversationId: string]; value: DraftRecord };
  files: { key: string; value: StoredFile };
}
type DraftRecord = StoredDraft & Owner;

export type OutboxDatabase = IDBPDatabase<Schema>;

const NAME = 'forthwith-outbox';
const VERSION = 2;
const OPEN_WITHIN_MS = 5_000;

/**
 * The database of outbox and drafts, or null where the browser gives none. Nothing is posted before this is known
 * (R18), so a browser that never answers counts as one that said no. `onClosed`: it was open and is so no longer.
 */
export async function openDatabase(onClosed: () => void): Promise<OutboxDatabase | null> {
  const given = new AbortController();
  const opening = open(onClosed, () => given.abort()).catch(() => null);
  const refused = new Promise<null>((resolve) => {
    given.signal.addEventListener('abort', () => resolve(null));
    setTimeout(resolve, OPEN_WITHIN_MS, null);
  });
  const database = await Promise.race([opening, refused]);
  if (database === null) void opening.then((late) => late?.close());
  return database;
}

/** A browser that denies storage raises in `openDB` itself; here it always ends in the promise. */
async function open(onClosed: () => void, onBlocked: () => void): Promise<OutboxDatabase> {
  return openDB<Schema>(NAME, VERSION, {
    // What an older page has left stays: a version only adds.
    upgrade(database, oldVersion) {
      if (oldVersion < 1) {
        database.createObjectStore('entries', { keyPath: 'message.client_id' });
        database.createObjectStore('drafts', { keyPath: ['agentId', 'epoch', 'conversationId'] });
      }
      database.createObjectStore('files', { keyPath: 'id' });
    },
    // A newer page wants to change the database: this one must not hold it up.
    blocking(_current, _wanted, event) {
      (event.target as IDBDatabase).close();
      onClosed();
    },
    blocked: onBlocked,
    terminated: onClosed,
  });
}
