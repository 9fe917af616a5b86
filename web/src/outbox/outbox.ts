/**
 * The browser's outbox: every send from Enter until its row is on screen. It lives outside components, so that
 * leaving a conversation changes nothing; it survives reload, crash and the network.
 *
 *            Enter
 *              │ addOptimisticMessage
 *              ▼        its turn           3 s
 *   ┌──────► queued ──────────► posting ────────► waiting          a lane posts one after another,
 *   │          │                   │                 │             under one Web Lock (R18)
 *   │ consent  │ > 10 min, or      ├───── row ───────┴─► accepted  by answer, event or look-up,
 *   │          ▼ window closed     │                        │      whichever is first
 *   └─────── asking                │ refused                ▼ purged after a render that contains the row
 *              │ taken back        ▼
 *              └───────────────► returned ──► the composer if it is empty, else the unsent tray (R19)
 */

import { ApiError, isRefusal } from '../api/http';
import type { OptimisticMessage, StoredMessage } from '../domain/message';
import { ended, pause } from '../domain/pause';
import { newClientId } from './clientId';
import { Entries } from './entries';
import { isEnded, isQueued, isUnderWay, whyAsk, type OutboxEntry, type Reason } from './entry';
import type { OutboxStorage, Owner, StorageChange } from './outboxStorage';
import type { Tabs } from './tabs';

const WAITING_AFTER_MS = 3_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** What the outbox needs of the world. */
export interface OutboxPorts {
  owner: Owner;
  /** Resolves when this entry can be posted: at once for a text, after its upload for a file. Raises nothing. */
  prepare: (clientId: string, signal: AbortSignal) => Promise<void>;
  post: (
    message: OptimisticMessage,
    seenPos: number | null,
    signal: AbortSignal,
  ) => Promise<StoredMessage>;
  /** The stored row, or null. Raises ApiError `cancelled` for a message taken back. */
  find: (clientId: string, signal: AbortSignal) => Promise<StoredMessage | null>;
  storage: OutboxStorage;
  tabs: Tabs;
  locks: { request(name: string, work: () => Promise<void>): Promise<unknown> };
  /** When the conversation's service window closes or has closed, in milliseconds; null when unknown. */
  windowClosesAt: (conversationId: string) => number | null;
  /** The server answered with this row. */
  onRow: (row: StoredMessage) => void;
  /** Refused: this tab has held the lock and may give the text back. */
  onReturned: (entry: OutboxEntry) => void;
  now: () => number;
}

export class Outbox {
  readonly entries = new Entries();
  readonly #lanes = new Set<string>();
  readonly #underWay = new Map<string, AbortController>();
  readonly #postedHere = new Set<string>();
  readonly #closing = new AbortController();
  #waking = new AbortController();
  /** Entered since this page was opened; null once it is known what earlier pages left. */
  #early: string[] | null = [];
  readonly #gone = new Set<string>();

  constructor(private readonly ports: OutboxPorts) {}

  /** First door: from here on the message is on screen and on its way. `change` is written with it, or not at all. */
  addOptimisticMessage(entry: OutboxEntry, change: StorageChange = {}): void {
    if (this.entries.get(entry.message.client_id)) return;
    void this.ports.storage.write({ ...change, entries: [entry] });
    this.#early?.push(entry.message.client_id);
    this.#put(entry);
    this.ports.tabs.tell({ kind: 'entry', entry });
  }

  /** An entry as it is at Enter. */
  newEntry(message: OptimisticMessage, seenPos: number | null): OutboxEntry {
    const { owner, now } = this.ports;
    const ordinal = this.entries.nextOrdinal(now());
    const fresh = { phase: 'queued', reason: null, tried: false } as const;
    return { message, ordinal, enteredAt: now(), ...owner, seenPos, ...fresh };
  }

  /** Second door: the entry as it is now, in all tabs. An id that is gone changes nothing. */
  updateOptimisticMessage(clientId: string, change: Partial<OutboxEntry>): void {
    const before = this.entries.get(clientId);
    if (!before) return;
    const entry = { ...before, ...change };
    if (entry.phase === 'accepted') void this.ports.storage.write({ removed: [clientId] });
    // An entry found later counts as tried in any case, so its tries need not be written.
    else if (!isUnderWay(entry)) void this.ports.storage.write({ entries: [entry] });
    this.#put(entry);
    this.ports.tabs.tell({ kind: 'entry', entry });
  }

  /** This tab has held the lock for it, in the life of this page. */
  hasPosted(clientId: string): boolean {
    return this.#postedHere.has(clientId);
  }

  /** The row of this id was seen, by whatever way: no answer is waited for any longer (R15). */
  settleByRow(row: StoredMessage): void {
    if (this.entries.get(row.client_id)?.phase === 'accepted') return;
    this.updateOptimisticMessage(row.client_id, { phase: 'accepted', reason: null });
  }

  /** These rows have been drawn in place of their entries. */
  purge(clientIds: readonly string[]): void {
    for (const clientId of clientIds) this.forget(clientId);
  }

  /** The agent wants a stale message sent all the same: it takes its turn as if entered now. */
  consent(clientId: string): void {
    if (this.entries.get(clientId)?.phase !== 'asking') return;
    const enteredAt = this.ports.now();
    const ordinal = this.entries.nextOrdinal(enteredAt);
    this.updateOptimisticMessage(clientId, { phase: 'queued', reason: null, enteredAt, ordinal });
  }

  /** Never to be posted again: the server has said no, or has recorded the cancel. */
  giveBack(clientId: string, reason: Reason): void {
    const entry = this.entries.get(clientId);
    if (!entry) return;
    this.updateOptimisticMessage(clientId, { phase: 'returned', reason });
    // The id belongs to another text for ever, so this one goes on under a new id (R1).
    if (reason.code === 'idempotency_conflict') clientId = this.#rename(entry, reason);
    const returned = this.entries.get(clientId);
    if (returned) this.ports.onReturned(returned);
  }

  #rename(entry: OutboxEntry, reason: Reason): string {
    const id = newClientId(this.ports.now());
    const message = { ...entry.message, _id: id, client_id: id };
    this.addOptimisticMessage({ ...entry, message, phase: 'returned', reason });
    this.remove(entry.message.client_id);
    return id;
  }

  /** The text of a returned entry has been used or thrown away. `change` is written with it. */
  remove(clientId: string, change: StorageChange = {}): void {
    if (!this.entries.take(clientId)) return;
    void this.ports.storage.write({ ...change, removed: [clientId] });
    this.ports.tabs.tell({ kind: 'removed', clientId });
  }

  /** Entries of an earlier page of this agent: the server is asked before any of them is posted. */
  adopt(found: readonly OutboxEntry[]): void {
    for (const entry of found) {
      const { client_id: clientId } = entry.message;
      if (this.entries.get(clientId) || this.#gone.has(clientId)) continue;
      this.#put(isQueued(entry) ? { ...entry, phase: 'queued', tried: true } : entry);
    }
  }

  /** What earlier pages left is here: from now on posts go out, behind it (R18). */
  start(): void {
    for (const clientId of this.#early ?? []) {
      const ordinal = this.entries.nextOrdinal(this.ports.now());
      this.updateOptimisticMessage(clientId, { ordinal });
    }
    this.#early = null;
    for (const { message } of this.entries) void this.#runLane(message.conversation_id);
  }

  /** Another tab's entry has changed. Its word may be older than what is known here. */
  hear(entry: OutboxEntry): void {
    const known = this.entries.get(entry.message.client_id);
    if (isEnded(known) && isQueued(entry)) return;
    if (known || entry.phase !== 'accepted') this.#put(entry);
    else this.#gone.add(entry.message.client_id);
  }

  /** Another tab has used this entry's text, or its row has been drawn. */
  forget(clientId: string): void {
    if (!this.entries.take(clientId)) this.#gone.add(clientId);
    this.#underWay.get(clientId)?.abort();
  }

  /** The network or the server is back: no pause lasts longer. */
  wake(): void {
    this.#waking.abort();
    this.#waking = new AbortController();
  }

  /** This page stops posting; entries stay where they are stored. */
  close(): void {
    this.#closing.abort();
  }

  #put(entry: OutboxEntry): void {
    this.entries.put(entry);
    if (isQueued(entry)) void this.#runLane(entry.message.conversation_id);
    else this.#underWay.get(entry.message.client_id)?.abort();
  }

  async #runLane(conversationId: string): Promise<void> {
    if (this.#lanes.has(conversationId) || !this.#next(conversationId)) return;
    this.#lanes.add(conversationId);
    const lock = `forthwith-outbox:${this.ports.owner.agentId}:${conversationId}`;
    await this.ports.locks.request(lock, async () => {
      for (let entry; (entry = this.#next(conversationId));) await this.#settle(entry);
    });
    this.#lanes.delete(conversationId);
    // One that was entered while the lock was being given back.
    void this.#runLane(conversationId);
  }

  #next(conversationId: string): OutboxEntry | undefined {
    if (this.#early !== null || this.#closing.signal.aborted) return undefined;
    return this.entries.of(conversationId).find(isQueued);
  }

  /** Returns when this entry has left the queue, or the page stops. */
  async #settle({ message: { client_id: clientId } }: OutboxEntry): Promise<void> {
    const left = new AbortController();
    this.#underWay.set(clientId, left);
    const signal = AbortSignal.any([left.signal, this.#closing.signal]);
    await Promise.race([this.ports.prepare(clientId, signal), ended(signal)]);
    void pause(WAITING_AFTER_MS, signal).then(() => {
      if (!signal.aborted) this.updateOptimisticMessage(clientId, { phase: 'waiting' });
    });
    for (let wait = FIRST_PAUSE_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      // Its event may come before its answer: the lane goes on, and the connection is left to end well.
      const wish = await Promise.race([this.#attempt(clientId), ended(signal)]);
      await pause(Math.max(wait, wish ?? 0), AbortSignal.any([signal, this.#waking.signal]));
    }
    this.#underWay.delete(clientId);
  }

  /** One round with the server. Returns the milliseconds it asked to be left alone. */
  async #attempt(clientId: string): Promise<number> {
    const entry = this.entries.get(clientId);
    if (!isQueued(entry)) return 0;
    const { message, seenPos, tried } = entry;
    const { signal } = this.#closing;
    try {
      let row = tried ? await this.ports.find(clientId, signal) : null;
      if (!row) {
        const closesAt = this.ports.windowClosesAt(message.conversation_id);
        const reason = whyAsk(entry, this.ports.now(), closesAt);
        if (reason) this.updateOptimisticMessage(clientId, { phase: 'asking', reason });
        const now = this.entries.get(clientId);
        if (!isQueued(now)) return 0;
        const phase = now.phase === 'queued' ? 'posting' : now.phase;
        this.updateOptimisticMessage(clientId, { phase, tried: true });
        this.#postedHere.add(clientId);
        row = await this.ports.post(message, seenPos, signal);
      }
      this.settleByRow(row);
      this.ports.onRow(row);
    } catch (fault) {
      if (!isQueued(this.entries.get(clientId))) return 0;
      if (isRefusal(fault)) this.giveBack(clientId, { code: fault.code, params: fault.params });
      else if (fault instanceof ApiError) return fault.retryAfterMs ?? 0;
    }
    return 0;
  }
}
