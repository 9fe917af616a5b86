/**
 * The bytes of files that have been chosen and have not left yet, in IndexedDB beside outbox and drafts. A file is
 * stored when it is chosen, so that Enter only has to name it, and goes when its message has its row or is thrown
 * away. In all they are at most 200 MB (R16).
 */

import { createSignal } from '../domain/signal';
import { chosenDropped } from './chosen';
import { openDatabase, type OutboxDatabase } from './openDatabase';

export interface StoredFile {
  id: string;
  agentId: string;
  /** Life of the page that has chosen it: what it has not sent by its end is nobody's. */
  page: string;
  size: number;
  bytes: Blob;
}

export const MOST_BYTES = 200_000_000;

/** Why a file cannot be kept: ours to say before Enter takes it. */
export type StoringFault = 'files_full' | 'browser_full';

const page = crypto.randomUUID();
const pageLock = (id: string) => `forthwith-page:${id}`;
let opened: Promise<OutboxDatabase | null> | null = null;
/** Files of this page's own choosing, and those it has looked up. */
const held = new Map<string, Blob>();
/** A file is not needed any more. */
export const fileDropped = createSignal<string>();

function database(): Promise<OutboxDatabase | null> {
  opened ??= openDatabase(() => (opened = null));
  return opened;
}

/** Keeps these bytes and names them. Where the browser keeps nothing they are held until the page ends. */
export async function storeFile(
  agentId: string,
  bytes: Blob,
): Promise<{ id: string } | StoringFault> {
  const id = crypto.randomUUID();
  livesHere();
  const db = await database();
  const kept = db ? await db.getAll('files').catch(() => []) : [];
  const others = [...held].filter(([other]) => !kept.some((file) => file.id === other));
  const total =
    kept.reduce((sum, file) => sum + file.size, 0) +
    others.reduce((sum, [, blob]) => sum + blob.size, 0);
  if (total + bytes.size > MOST_BYTES) return 'files_full';
  held.set(id, bytes);
  try {
    await db?.put('files', { id, agentId, page, size: bytes.size, bytes });
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'QuotaExceededError') {
      held.delete(id);
      return 'browser_full';
    }
  }
  return { id };
}

/** In this very task, where this page holds it already. */
export function heldFile(id: string): Blob | undefined {
  return held.get(id);
}

export async function findFile(id: string): Promise<Blob | undefined> {
  const known = held.get(id);
  if (known) return known;
  const db = await database();
  const bytes = (await db?.get('files', id).catch(() => undefined))?.bytes;
  if (bytes) held.set(id, bytes);
  return bytes;
}

export async function dropFile(id: string): Promise<void> {
  held.delete(id);
  fileDropped.emit(id);
  const db = await database();
  await db?.delete('files', id).catch(() => undefined);
}

chosenDropped.subscribe((id) => void dropFile(id));

/**
 * Drops this agent's files that no open page has chosen and no entry names: any stored entry, also one of another
 * store, which is not to be wiped (R16).
 */
export async function dropOrphans(agentId: string): Promise<void> {
  const db = await database();
  const kept = db ? await db.getAll('files').catch(() => []) : [];
  if (!db || kept.length === 0) return;
  const entries = await db.getAll('entries').catch(() => null);
  const { held: locks = [] } = await navigator.locks.query();
  if (entries === null) return;
  const named = new Set(entries.map((entry) => entry.attachment?.file));
  const alive = new Set([pageLock(page), ...locks.map((lock) => lock.name)]);
  for (const file of kept) {
    const isWanted = named.has(file.id) || alive.has(pageLock(file.page));
    if (file.agentId === agentId && !isWanted) await dropFile(file.id);
  }
}

let isAlive = false;

/** Says to other pages, for as long as this one lives, that what it has chosen is still wanted. */
function livesHere(): void {
  if (isAlive) return;
  isAlive = true;
  void navigator.locks.request(pageLock(page), () => new Promise(() => undefined));
}
