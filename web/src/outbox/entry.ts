import type { EntryPhase, OptimisticMessage } from '../domain/message';

/**
 * - `queued`: behind an earlier one, or not tried yet
 * - `posting`: its first try is under way
 * - `waiting`: more than 3 s of its own POST have passed without an answer
 * - `asking`: stale (older than 10 min, or its window closed); waits for the agent's consent
 * - `accepted`: the server answered with the row; kept until a render contains the row (R15)
 * - `returned`: refused before acceptance; its text waits in this browser's tray (R19)
 * - `lifting`: the copy of a failed row's text, kept while that row is being settled; shown nowhere
 */
export type { EntryPhase } from '../domain/message';

/** Why a text asks or came back: a code with one sentence in the catalogue, and what fills it. */
export interface Reason {
  code: string;
  params: Record<string, string | number>;
}

/** The file of an entry. Its bytes lie beside the outbox (`files.ts`), so that an entry stays small. */
export interface Attachment {
  /** Name of the bytes in this browser. */
  file: string;
  /** The server's id of them, once it has them. */
  uploaded?: string;
}

/** One send of this browser, from Enter until its row has been drawn or its text has been used. */
export interface OutboxEntry {
  message: OptimisticMessage;
  /** Order of the Enters on this browser, in all its tabs; the only sort key of optimistic messages (R3). */
  ordinal: number;
  /** Milliseconds since the epoch at Enter; age (R17) counts from here. */
  enteredAt: number;
  phase: EntryPhase;
  /** Whose entry it is and in which store: another's is neither shown nor posted nor wiped (R16). */
  agentId: string;
  epoch: string;
  /** Greatest `pos` that was on the sender's screen at Enter (R21). */
  seenPos: number | null;
  /** Why it is asking or returned. */
  reason: Reason | null;
  /** It may have reached the server: the server is asked before it is posted again (R17). */
  tried: boolean;
  /** Of `lifting`: the client_id of the row whose text it is. */
  liftedFrom?: string;
  /** Of all but a text: it is uploaded before the message is posted. */
  attachment?: Attachment;
}

/** It waits for its turn or its answer. What asks or came back has left the queue and holds nobody up (R18). */
export function isQueued(entry: OutboxEntry | undefined): entry is QueuedEntry {
  return entry !== undefined && ['queued', 'posting', 'waiting'].includes(entry.phase);
}

/** It leaves the outbox; nothing puts it back into the queue. */
export function isEnded(entry: OutboxEntry | undefined): boolean {
  return entry?.phase === 'accepted' || entry?.phase === 'returned';
}

type QueuedEntry = OutboxEntry & { phase: 'queued' | 'posting' | 'waiting' };

/** This moment's doing only: nothing in it is worth keeping. */
export function isUnderWay({ phase }: OutboxEntry): boolean {
  return phase === 'posting' || phase === 'waiting';
}

const STALE_AFTER_MS = 10 * 60_000;

/** Why this entry may not be sent without asking, or null. `windowClosesAt` in milliseconds, null without a window. */
export function whyAsk(
  entry: OutboxEntry,
  now: number,
  windowClosesAt: number | null,
): Reason | null {
  const hasClosed = windowClosesAt !== null && windowClosesAt <= now;
  // One that was closed at Enter already is the server's to refuse.
  if (hasClosed && windowClosesAt > entry.enteredAt) return { code: 'window_closed', params: {} };
  return now - entry.enteredAt > STALE_AFTER_MS ? { code: 'stale', params: {} } : null;
}
