/**
 * Watches the outbox and notes each hop of the messages entered on this page, by its own clock: Enter, painted,
 * posted, answered, drawn. It only listens; nothing on a message's way waits for it.
 */

import { rowApplied } from '../cache/applyRow';
import { posting } from '../outbox/assemble';
import type { OutboxEntry } from '../outbox/entry';
import { outboxChanged, runningOutbox } from '../outbox/running';
import { forget, isFollowed, note, report, reportAtLast, takeFromLastPage } from './hopsSeen';

const REPORT_EVERY_MS = 10_000;

let isStarted = false;
let inputAt: number | null = null;
const entered = new Set<string>();
let known = new Map<string, OutboxEntry>();

/** Begins, once per page. */
export function startRecording(): void {
  if (isStarted) return;
  isStarted = true;
  takeFromLastPage();
  addEventListener('keydown', (event) => event.key === 'Enter' && noteInput(event), true);
  addEventListener('click', noteInput, true);
  watchPaint();
  known = entriesNow();
  outboxChanged.subscribe(compare);
  posting.subscribe((message) => {
    // One that no key has sent, or that an earlier page was asked to send.
    note(message.client_id, 'enter', Date.parse(message.timestamp));
    note(message.client_id, 'posted', epoch(performance.now()));
  });
  rowApplied.subscribe(({ row }) => {
    if (isFollowed(row.client_id)) note(row.client_id, 'answered', epoch(performance.now()));
  });
  setInterval(() => void report(), REPORT_EVERY_MS);
  addEventListener('pagehide', reportAtLast);
}

let base = Date.now() - performance.now();

/** A time of the page's clock in milliseconds since the epoch. Exact within the page, unless the machine slept. */
export function epoch(at: number): number {
  const fresh = Date.now() - performance.now();
  if (Math.abs(fresh - base) > 100) base = fresh;
  return base + at;
}

/** What is entered in the task of a key or a press was sent by it, at the moment the browser saw it. */
function noteInput(event: Event): void {
  inputAt = event.timeStamp;
  setTimeout(() => (inputAt = null));
}

function entriesNow(): Map<string, OutboxEntry> {
  const entries = [...(runningOutbox()?.outbox.entries ?? [])];
  return new Map(entries.map((entry) => [entry.message.client_id, entry]));
}

function compare(): void {
  const now = entriesNow();
  for (const clientId of now.keys()) {
    if (!known.has(clientId) && inputAt !== null) noteEnter(clientId, inputAt);
  }
  for (const [clientId, entry] of known) {
    if (now.has(clientId) || !isFollowed(clientId)) continue;
    if (entry.phase === 'accepted') note(clientId, 'drawn', epoch(performance.now()));
    else forget(clientId);
  }
  known = now;
}

function noteEnter(clientId: string, at: number): void {
  entered.add(clientId);
  note(clientId, 'enter', epoch(at));
  if (!PerformanceObserver.supportedEntryTypes.includes('element')) afterFrame(clientId);
}

/** The first frame that shows the text, by Element Timing where the browser has it. */
function watchPaint(): void {
  if (!PerformanceObserver.supportedEntryTypes.includes('element')) return;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as ElementTiming[]) {
      if (entered.delete(entry.identifier)) {
        note(entry.identifier, 'painted', epoch(entry.renderTime));
      }
    }
  }).observe({ type: 'element' });
}

/** https://wicg.github.io/element-timing/ */
interface ElementTiming extends PerformanceEntry {
  identifier: string;
  renderTime: number;
}

/** Elsewhere: the first task after the next frame, a little late rather than early. */
function afterFrame(clientId: string): void {
  requestAnimationFrame(() => {
    setTimeout(() => {
      if (entered.delete(clientId)) note(clientId, 'painted', epoch(performance.now()));
    });
  });
}
