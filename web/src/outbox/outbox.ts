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

import { ApiError } from '../api/http';
import type { OptimisticMessage, StoredMessage } from '../domain/message';
import { newClientId } from './clientId';
import { isQueued, isUnderWay, whyAsk, type OutboxEntry, type Reason } from './entry';
import type { OutboxStorage, Owner, StorageChange } from './outboxStorage';
import type { Tabs } from './tabs';

const WAITING_AFTER_MS = 3_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const NONE: readonly OutboxEntry[] = [];

/** What the outbox needs of the world. */
export interface OutboxPorts {
  owner: Owner;
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
  readonly #entries = new Map<string, OutboxEntry>();
  readonly #ofConversation = new Map<string, readonly OutboxEntry[]>();
  readonly #listeners = new Set<() => void>();
  readonly #lanes = new Set<string>();
  readonly #underWay = new Map<string, AbortController>();
  readonly #pauses = new Set<() => void>();
  readonly #postedHere = new Set<string>();
  #isOpen = true;

  constructor(private readonly ports: OutboxPorts) {}

  /** First door: from here on the message is on screen and on its way. `change` is written with it, or not at all. */
  addOptimisticMessage(entry: OutboxEntry, change: StorageChange = {}): void {
    const { client_id: clientId, conversation_id: conversationId } = entry.message;
    if (this.#entries.has(clientId)) return;
    void this.ports.storage.write({ ...change, entries: [entry] });
    this.#put(entry);
    void this.#runLane(conversationId);
    this.ports.tabs.tell({ kind: 'entry', entry });
  }

  /** A text that came back some other way waits in this browser's tray. */
  addReturned(message: OptimisticMessage, reason: Reason): void {
    this.addOptimisticMessage({ ...this.newEntry(message, null), phase: 'returned', reason });
  }

  /** An entry as it is at Enter. */
  newEntry(message: OptimisticMessage, seenPos: number | null): OutboxEntry {
    const { owner, now } = this.ports;
    return {
      message,
      ordinal: this.#nextOrdinal(),
      enteredAt: now(),
      phase: 'queued',
      ...owner,
      seenPos,
      reason: null,
      tried: false,
    };
  }

  /** Second door: the entry as it is now, in all tabs. An id that is gone changes nothing. */
  updateOptimisticMessage(clientId: string, change: Partial<OutboxEntry>): void {
    const before = this.#entries.get(clientId);
    if (!before) return;
    const entry = { ...before, ...change };
    if (entry.phase === 'accepted') void this.ports.storage.write({ removed: [clientId] });
    // An entry found later counts as tried in any case, so its tries need not be written.
    else if (!isUnderWay(entry)) void this.ports.storage.write({ entries: [entry] });
    this.ports.tabs.tell({ kind: 'entry', entry });
    this.#put(entry);
  }

  get(clientId: string): OutboxEntry | undefined {
    return this.#entries.get(clientId);
  }

  /** In the order of the Enters; the same array until one of them changes. */
  entriesOf(conversationId: string): readonly OutboxEntry[] {
    return this.#ofConversation.get(conversationId) ?? NONE;
  }

  all(): Iterable<OutboxEntry> {
    return this.#entries.values();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** This tab has held the lock for it, in the life of this page. */
  hasPosted(clientId: string): boolean {
    return this.#postedHere.has(clientId);
  }

  /** The row of this id was seen, by whatever way: no answer is waited for any longer (R15). */
  settleByRow(row: StoredMessage): void {
    const entry = this.#entries.get(row.client_id);
    if (entry && entry.phase !== 'accepted') {
      this.updateOptimisticMessage(row.client_id, { phase: 'accepted', reason: null });
    }
  }

  /** These rows have been drawn in place of their entries. */
  purge(clientIds: readonly string[]): void {
    for (const clientId of clientIds) this.#take(clientId);
  }

  /** The agent wants a stale message sent all the same: it takes its turn as if entered now. */
  consent(clientId: string): void {
    const entry = this.#entries.get(clientId);
    if (entry?.phase !== 'asking') return;
    this.updateOptimisticMessage(clientId, {
      phase: 'queued',
      reason: null,
      enteredAt: this.ports.now(),
      ordinal: this.#nextOrdinal(),
    });
    void this.#runLane(entry.message.conversation_id);
  }

  /** Never to be posted again: the server has said no, or has recorded the cancel. */
  giveBack(clientId: string, reason: Reason): void {
    if (reason.code === 'idempotency_conflict') return this.#giveBackRenamed(clientId, reason);
    this.updateOptimisticMessage(clientId, { phase: 'returned', reason });
    const entry = this.#entries.get(clientId);
    if (entry) this.ports.onReturned(entry);
  }

  /** The id belongs to another text for ever, so this one goes on under a new id (R1). */
  #giveBackRenamed(clientId: string, reason: Reason): void {
    const taken = this.#entries.get(clientId);
    if (!taken) return;
    const id = newClientId(this.ports.now());
    const message = { ...taken.message, _id: id, client_id: id };
    const entry: OutboxEntry = { ...taken, message, phase: 'returned', reason };
    this.addOptimisticMessage(entry, { removed: [clientId] });
    this.forget(clientId);
    this.ports.tabs.tell({ kind: 'removed', clientId });
    this.ports.onReturned(entry);
  }

  /** The text of a returned entry has been used or thrown away. `change` is written with it. */
  remove(clientId: string, change: StorageChange = {}): void {
    if (!this.#take(clientId)) return;
    void this.ports.storage.write({ ...change, removed: [clientId] });
    this.ports.tabs.tell({ kind: 'removed', clientId });
  }

  /** Entries of an earlier page of this agent: the server is asked before any of them is posted. */
  adopt(found: readonly OutboxEntry[]): void {
    for (const entry of found) {
      if (this.#entries.has(entry.message.client_id)) continue;
      this.#put(isQueued(entry) ? { ...entry, phase: 'queued', tried: true } : entry);
      void this.#runLane(entry.message.conversation_id);
    }
  }

  /** Another tab's entry has changed. */
  hear(entry: OutboxEntry): void {
    const isKnown = this.#entries.has(entry.message.client_id);
    if (!isKnown && entry.phase === 'accepted') return;
    this.#put(entry);
    void this.#runLane(entry.message.conversation_id);
  }

  /** Another tab has used this entry's text. */
  forget(clientId: string): void {
    this.#take(clientId);
  }

  /** The network or the server is back: no pause lasts longer. */
  wake(): void {
    for (const end of this.#pauses) end();
  }

  /** This page stops posting; entries stay where they are stored. */
  close(): void {
    this.#isOpen = false;
    for (const attempt of this.#underWay.values()) attempt.abort();
    this.wake();
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
    return this.#isOpen ? this.entriesOf(conversationId).find(isQueued) : undefined;
  }

  /** Returns when this entry has left the queue. */
  async #settle({ message: { client_id: clientId } }: OutboxEntry): Promise<void> {
    const underWay = new AbortController();
    this.#underWay.set(clientId, underWay);
    const waiting = setTimeout(() => {
      if (isQueued(this.get(clientId)))
        this.updateOptimisticMessage(clientId, { phase: 'waiting' });
    }, WAITING_AFTER_MS);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const wish = await this.#attempt(clientId, underWay.signal);
      if (!this.#isOpen || !isQueued(this.get(clientId))) break;
      await this.#pause(Math.max(pause, wish), underWay.signal);
    }
    clearTimeout(waiting);
    this.#underWay.delete(clientId);
  }

  /** One round with the server. Returns the milliseconds it asked to be left alone. */
  async #attempt(clientId: string, signal: AbortSignal): Promise<number> {
    const entry = this.get(clientId);
    if (!isQueued(entry)) return 0;
    const { message, seenPos, tried, phase } = entry;
    try {
      let row = tried ? await this.ports.find(clientId, signal) : null;
      if (!row) {
        const closesAt = this.ports.windowClosesAt(message.conversation_id);
        const reason = whyAsk(entry, this.ports.now(), closesAt);
        if (reason) this.updateOptimisticMessage(clientId, { phase: 'asking', reason });
        if (reason || !isQueued(this.get(clientId))) return 0;
        this.updateOptimisticMessage(clientId, {
          phase: phase === 'queued' ? 'posting' : phase,
          tried: true,
        });
        this.#postedHere.add(clientId);
        row = await this.ports.post(message, seenPos, signal);
      }
      this.settleByRow(row);
      this.ports.onRow(row);
    } catch (fault) {
      if (!isQueued(this.get(clientId))) return 0;
      if (isRefusal(fault)) this.giveBack(clientId, { code: fault.code, params: fault.params });
      else if (fault instanceof ApiError) return fault.retryAfterMs ?? 0;
    }
    return 0;
  }

  /** Greater than that of any entry still here. */
  #nextOrdinal(): number {
    return Math.max(0, ...[...this.#entries.values()].map((entry) => entry.ordinal)) + 1;
  }

  #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.#pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener('abort', end);
      this.#pauses.add(end);
      if (signal.aborted) end();
    });
  }

  #put(entry: OutboxEntry): void {
    const { client_id: clientId, conversation_id: conversationId } = entry.message;
    this.#entries.set(clientId, entry);
    if (!isQueued(entry)) this.#underWay.get(clientId)?.abort();
    this.#changed(conversationId);
  }

  #take(clientId: string): boolean {
    const entry = this.#entries.get(clientId);
    if (!entry) return false;
    this.#entries.delete(clientId);
    this.#underWay.get(clientId)?.abort();
    this.#changed(entry.message.conversation_id);
    return true;
  }

  #changed(conversationId: string): void {
    const entries = [...this.#entries.values()].filter(
      (entry) => entry.message.conversation_id === conversationId,
    );
    if (entries.length === 0) this.#ofConversation.delete(conversationId);
    else this.#ofConversation.set(conversationId, entries.toSorted(byOrdinal));
    for (const listener of this.#listeners) listener();
  }
}

function byOrdinal(one: OutboxEntry, other: OutboxEntry): number {
  return one.ordinal - other.ordinal || one.enteredAt - other.enteredAt;
}

/** The server's own word that it will not accept this. An ended session, a limit, a fault of its own pass by. */
function isRefusal(fault: unknown): fault is ApiError {
  return fault instanceof ApiError && fault.status < 500 && ![401, 408, 429].includes(fault.status);
}
