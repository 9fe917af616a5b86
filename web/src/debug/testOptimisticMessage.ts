import { rowApplied } from '../cache/applyRow';
import { newClientId } from '../outbox/clientId';
import { runningOutbox } from '../outbox/running';
import { sendMessage } from '../outbox/useSendMessage';

/** Milliseconds count from the moment the message was handed over, as Enter does. */
export interface OptimisticMeasures {
  clientId: string;
  /** First frame that shows the bubble; null: it was not on screen. */
  paintMs: number | null;
  acceptedMs: number | null;
  /** The stored row was drawn in place. */
  confirmedMs: number | null;
  /** The bubble was the same DOM node throughout. */
  nodeSurvived: boolean;
  /** How far any visible row moved from the first frame to the confirmed one. */
  maxShiftPx: number;
}

interface Options {
  /** Default: the open conversation. */
  conversationId?: string;
  timeoutMs?: number;
}

/** Sends a message through the outbox like Enter and resolves with what was seen. Raises when none is open. */
export async function testOptimisticMessage(
  text = 'Test of the optimistic message',
  options: Options = {},
): Promise<OptimisticMeasures> {
  const { timeoutMs = 15_000 } = options;
  const conversationId = options.conversationId ?? openConversation();
  if (conversationId === null) throw new Error('Open a conversation first.');
  const clientId = newClientId();
  const painted = paintOf(clientId);
  const start = performance.now();
  const accepted = acceptanceOf(clientId);
  sendMessage({ conversationId, clientId, text, seenPos: null });
  const deadline = start + timeoutMs;
  await nextFrame();
  const node = document.getElementById(clientId);
  const before = visibleRows();
  let maxShiftPx = 0;
  let nodeSurvived = node !== null;
  while (performance.now() < deadline) {
    maxShiftPx = Math.max(maxShiftPx, shiftSince(before));
    const now = document.getElementById(clientId);
    nodeSurvived &&= now === node;
    if ((now?.dataset.pos ?? '') !== '' || (now === null && accepted.at !== null)) break;
    await nextFrame();
  }
  const isConfirmed = (document.getElementById(clientId)?.dataset.pos ?? '') !== '';
  const confirmedMs = isConfirmed ? performance.now() - start : null;
  const acceptedMs = accepted.at === null ? null : accepted.at - start;
  const paintedAt = await painted;
  const paintMs = paintedAt === null ? null : paintedAt - start;
  return { clientId, paintMs, acceptedMs, confirmedMs, nodeSurvived, maxShiftPx };
}

/** The ids of messages that are not stored yet, as far as this browser knows. */
export function optimisticIds(): readonly string[] {
  return [...(runningOutbox()?.outbox.entries ?? [])]
    .filter((entry) => entry.phase !== 'accepted' && entry.phase !== 'returned')
    .map((entry) => entry.message.client_id);
}

function openConversation(): string | null {
  const [, id] = /^\/c\/([^/]+)/.exec(location.pathname) ?? [];
  return id === undefined ? null : decodeURIComponent(id);
}

function acceptanceOf(clientId: string): { at: number | null } {
  const accepted: { at: number | null } = { at: null };
  const unsubscribe = rowApplied.subscribe(({ row }) => {
    if (row.client_id !== clientId) return;
    accepted.at = performance.now();
    unsubscribe();
  });
  return accepted;
}

const PAINT_WITHIN_MS = 2_000;

/** When the bubble's text was first painted, by Element Timing where the browser has it. */
function paintOf(clientId: string): Promise<number | null> {
  return new Promise((resolve) => {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as ElementTiming[]) {
        if (entry.identifier !== clientId) continue;
        observer.disconnect();
        resolve(entry.renderTime);
      }
    });
    observer.observe({ type: 'element' });
    setTimeout(() => {
      observer.disconnect();
      resolve(null);
    }, PAINT_WITHIN_MS);
  });
}

/** https://wicg.github.io/element-timing/ */
interface ElementTiming extends PerformanceEntry {
  identifier: string;
  renderTime: number;
}

function visibleRows(): Map<string, number> {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-client-id]')];
  return new Map(rows.map((row) => [row.id, row.getBoundingClientRect().top]));
}

function shiftSince(before: ReadonlyMap<string, number>): number {
  const now = visibleRows();
  const shifts = [...before].map(([id, top]) => Math.abs((now.get(id) ?? top) - top));
  return Math.max(0, ...shifts);
}

/** After the frame has been drawn, not before. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => resolve());
      port1.start();
      port2.postMessage(null);
    });
  });
}
