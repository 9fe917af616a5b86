/**
 * The socket to the server: resumes after the last event it has, and never trusts silence (R13).
 *
 *   stopped ──start──► connecting ──open──► resuming ──welcome──► live
 *      ▲                 ▲    │                │  └──reset──► live, and everything is fetched again
 *      │ 4401, 4406,     │    │ not opened     │
 *      │ stop        pause or ▼ in 5 s         ▼
 *      └────────────── lost ◄── closed; 30 s without a frame; an event or heartbeat whose prev_seq does not match;
 *                               a POST answered 5 s ago, its event missing and no frame since
 *
 * `online`, focus and visibility end a pause at once. Everything sent goes by HTTP; the socket only hears.
 */

import type { StreamCursor } from '../cache/streamCursor';
import { PROTOCOL_VERSION, type Event, type Resume } from '../protocol/shapes';
import { readFrame } from './frames';

export type ConnectionState = 'online' | 'connecting' | 'offline';

const OPEN_WITHIN_MS = 5_000;
const SILENCE_MS = 30_000;
const EVENT_WITHIN_MS = 5_000;
const LONGEST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_HIDDEN_MS = 30_000;
const FAILURES_BEFORE_OFFLINE = 3;
const REMEMBERED_EVENTS = 200;

const SIGNED_OUT = 4401;
const PROTOCOL_TOO_OLD = 4406;

/** What the socket needs of the world. */
export interface SocketPorts {
  open: () => WebSocket;
  cursor: StreamCursor;
  onEvents: (events: readonly Event[]) => void;
  /** Resuming was not possible. `wasBlind`: it was tried before the first snapshot had told where the stream is. */
  onReset: (epoch: string, seq: number, wasBlind: boolean) => void;
  onState: (state: ConnectionState) => void;
  /** Three tries in a row have failed: is the session still good? */
  onUnreachable: () => void;
  onSignedOut: () => void;
  onTooOld: () => void;
  isOnline: () => boolean;
  isVisible: () => boolean;
  random: () => number;
}

export class LiveSocket {
  #socket: WebSocket | null = null;
  #listening = new AbortController();
  #isLive = false;
  #isBlind = false;
  /** `seq` of the event before the next one on this connection. */
  #prevSeq = 0;
  #failures = 0;
  #lastFrameAt = 0;
  readonly #timers: Partial<Record<TimerName, ReturnType<typeof setTimeout>>> = {};
  readonly #seenByEvent = new Set<string>();

  constructor(private readonly ports: SocketPorts) {}

  start(): void {
    this.#connect();
  }

  stop(): void {
    this.#drop();
    this.#clear('pause');
  }

  /** The agent, the network or the page's return asks for a connection now. `isSuspect`: do not trust the present one. */
  tryNow(isSuspect = false): void {
    if (this.#isLive && !isSuspect && Date.now() - this.#lastFrameAt < SILENCE_MS) return;
    if (this.#isLive || this.#timers.pause !== undefined || isSuspect) this.#connect();
  }

  /** A POST was answered with this message: its event is due. */
  expectEventOf(clientId: string): void {
    if (!this.#isLive || this.#seenByEvent.delete(clientId) || this.#timers.event) return;
    this.#after('event', EVENT_WITHIN_MS, () => this.#connect());
  }

  /** The browser says that the network has changed. */
  networkChanged(): void {
    if (this.ports.isOnline()) this.tryNow(true);
    this.#tellState();
  }

  #connect(): void {
    this.#drop();
    this.#clear('pause');
    const { ports } = this;
    const socket = ports.open();
    this.#socket = socket;
    this.#tellState();
    this.#after('open', OPEN_WITHIN_MS, () => this.#lose());
    const { signal } = (this.#listening = new AbortController());
    socket.addEventListener('open', () => this.#resume(socket), { signal });
    socket.addEventListener('message', ({ data }) => this.#hear(String(data)), { signal });
    socket.addEventListener('close', ({ code }) => this.#closed(code), { signal });
  }

  #resume(socket: WebSocket): void {
    const { epoch, seq } = this.ports.cursor;
    this.#prevSeq = seq ?? 0;
    this.#isBlind = seq === null;
    const resume: Resume = { type: 'resume', protocol: PROTOCOL_VERSION, epoch, seq: seq ?? 0 };
    socket.send(JSON.stringify(resume));
  }

  #closed(code: number): void {
    this.#drop();
    if (code === SIGNED_OUT) this.ports.onSignedOut();
    else if (code === PROTOCOL_TOO_OLD) this.ports.onTooOld();
    else this.#lose();
    this.#tellState();
  }

  #hear(data: string): void {
    this.#lastFrameAt = Date.now();
    this.#clear('event');
    this.#after('silence', SILENCE_MS, () => this.#connect());
    const frame = readFrame(data);
    switch (frame.kind) {
      case 'welcome':
        return this.#becomeLive();
      case 'reset':
        this.#prevSeq = frame.seq;
        this.ports.onReset(frame.epoch, frame.seq, this.#isBlind);
        this.#isBlind = false;
        return this.#becomeLive();
      case 'heartbeat':
        // A frame was swallowed on the way: the cursor must not pass over what it held.
        if ((frame.prevSeq ?? this.#prevSeq) !== this.#prevSeq) return this.#connect();
        return this.ports.cursor.raise(frame.seq);
      case 'events':
        return this.#hearEvents(frame.events);
      case 'other':
        return undefined;
    }
  }

  #hearEvents(events: readonly Event[]): void {
    const fitting: Event[] = [];
    for (const event of events) {
      if (event.prev_seq !== this.#prevSeq) break;
      this.#prevSeq = event.seq;
      fitting.push(event);
      if (event.message?.direction === 'outbound') this.#remember(event.message.client_id);
    }
    this.ports.onEvents(fitting);
    if (fitting.length < events.length) this.#connect();
  }

  #remember(clientId: string): void {
    this.#seenByEvent.add(clientId);
    const [oldest] = this.#seenByEvent;
    if (this.#seenByEvent.size > REMEMBERED_EVENTS && oldest) this.#seenByEvent.delete(oldest);
  }

  #becomeLive(): void {
    this.#clear('open');
    this.#isLive = true;
    this.#failures = 0;
    this.#tellState();
  }

  /** Tries again after a pause that grows to 2 s; longer while nobody looks. */
  #lose(): void {
    this.#drop();
    this.#failures += 1;
    if (this.#failures % FAILURES_BEFORE_OFFLINE === 0) this.ports.onUnreachable();
    const longest = this.ports.isVisible() ? LONGEST_PAUSE_MS : LONGEST_PAUSE_HIDDEN_MS;
    const pause = Math.min(longest, 100 * 2 ** this.#failures);
    this.#after('pause', pause * (0.5 + this.ports.random() / 2), () => this.#connect());
    this.#tellState();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isLive = false;
    for (const name of ['open', 'silence', 'event'] as const) this.#clear(name);
    if (!socket) return;
    this.#listening.abort();
    socket.close();
  }

  #tellState(): void {
    if (!this.ports.isOnline()) this.ports.onState('offline');
    else if (this.#isLive) this.ports.onState('online');
    else this.ports.onState(this.#failures < FAILURES_BEFORE_OFFLINE ? 'connecting' : 'offline');
  }

  #after(name: TimerName, milliseconds: number, then: () => void): void {
    this.#clear(name);
    this.#timers[name] = setTimeout(() => {
      delete this.#timers[name];
      then();
    }, milliseconds);
  }

  #clear(name: TimerName): void {
    clearTimeout(this.#timers[name]);
    delete this.#timers[name];
  }
}

type TimerName = 'pause' | 'open' | 'silence' | 'event';
