import {
  isStored,
  type EntryPhase,
  type Message,
  type OptimisticMessage,
  type ShownStatus,
  type StoredMessage,
} from './message';
import { hasClockSkew, newJoint, unreadBefore, type Joint } from './neighbours';

export type { ShownStatus } from './message';

/** One row of the thread, ready to draw. An unchanged item stays the same object from call to call. */
export interface TimelineItem {
  /** The client_id: React key and DOM id; never changes. */
  key: string;
  message: Message;
  status: ShownStatus;
  /** Null while optimistic. */
  pos: number | null;
  /** A run: same sender, same day, at most 60 s from one to the next. */
  firstOfRun: boolean;
  lastOfRun: boolean;
  /** ISO date in the browser's zone when a day chip stands above this row. */
  dayBefore: string | null;
  /** How many when the "n unread messages" divider stands above this row. */
  unreadBefore: number | null;
  /** Code of why an optimistic message asks before it is sent, or waits for the server; else null. */
  reasonCode: string | null;
  /** WhatsApp's time is more than a minute older than its predecessor's: both times are shown (R3). */
  clockSkew: boolean;
}

/** An optimistic message and where it stands; `outbox/entry.ts` has the whole. */
export interface PendingMessage {
  message: OptimisticMessage;
  phase: EntryPhase;
  reason: { code: string } | null;
}

export interface TimelineInput {
  /** Ordered by `pos`. */
  rows: readonly StoredMessage[];
  /** Has a row for each client_id that is stored. */
  places: ReadonlyMap<string, number>;
  /** In the order of the Enters. */
  pending: readonly PendingMessage[];
  /** Where the divider stands, decided when the conversation was opened; null: nowhere. */
  unread: { fromPos: number; count: number } | null;
}

export interface Timeline {
  items: readonly TimelineItem[];
  readonly input: TimelineInput;
  readonly sources: readonly Source[];
}

type Source = StoredMessage | PendingMessage;

/**
 * Stored rows by `pos`, then the optimistic messages that have no row, by Enter (R15): a message is shown in
 * exactly one of the two forms. What failed has left for the unsent tray. Only what changed since `before` is
 * made anew.
 */
export function selectTimeline(input: TimelineInput, before: Timeline | null): Timeline {
  const sources: Source[] = input.rows.filter((row) => row.status !== 'failed');
  for (const entry of input.pending) {
    if (isInThread(entry) && !input.places.has(entry.message.client_id)) {
      sources.push(entry);
    }
  }
  const { unread } = input;
  if (before === null || before.input.unread !== unread) {
    const old = oldItems(before, 0, Infinity);
    return { items: itemsBetween(sources, 0, sources.length, unread, old), input, sources };
  }
  const [start, end] = changedPart(before.sources, sources);
  const shift = before.sources.length - sources.length;
  if (start === end && shift === 0) return { items: before.items, input, sources };
  // A row also depends on the one before it (run, day), and that one on whether it ends its run here.
  const from = Math.max(0, start - 1);
  const to = Math.min(sources.length, end + 1);
  const old = oldItems(before, from, to + shift + 1);
  const fresh = itemsBetween(sources, from, to, unread, old);
  return { items: before.items.toSpliced(from, to + shift - from, ...fresh), input, sources };
}

/** First and last index of `after` between which it differs from `before`. */
function changedPart(before: readonly Source[], after: readonly Source[]): [number, number] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  return [start, after.length - same];
}

/** `old`: items that these may have been, each with the key of its predecessor. */
function itemsBetween(
  sources: readonly Source[],
  from: number,
  to: number,
  unread: TimelineInput['unread'],
  old: ReadonlyMap<string, OldItem>,
): TimelineItem[] {
  const messages = sources.slice(from, to + 1).map(messageOf);
  const before = sources[from - 1];
  const previous = [before && messageOf(before), ...messages];
  const joints = messages.map((message, index) =>
    jointOf(message, previous[index], old.get(message.client_id)),
  );
  return sources.slice(from, to).map((source, index) => {
    const message = messageOf(source);
    return sameOr(old.get(message.client_id)?.item, {
      key: message.client_id,
      message,
      status: statusOf(source),
      reasonCode: 'phase' in source ? (source.reason?.code ?? null) : null,
      pos: isStored(message) ? message.pos : null,
      ...(joints[index] ?? newJoint(previous[index], message)),
      lastOfRun: joints[index + 1]?.firstOfRun ?? true,
      unreadBefore: unreadBefore(previous[index], message, unread),
      clockSkew: hasClockSkew(previous[index], message),
    });
  });
}

interface OldItem {
  item: TimelineItem;
  after: string | undefined;
}

function oldItems(before: Timeline | null, from: number, to: number): Map<string, OldItem> {
  const items = before?.items ?? [];
  return new Map(
    items
      .slice(from, to)
      .map((item, index) => [item.key, { item, after: items[from + index - 1]?.key }]),
  );
}

/**
 * A joint once drawn is kept while both messages stay: an optimistic message carries this browser's clock, and
 * the server's must not move it by a chip or a gap when its row takes its place (R20).
 */
function jointOf(message: Message, previous: Message | undefined, old: OldItem | undefined): Joint {
  if (!old || old.after !== previous?.client_id) return newJoint(previous, message);
  return { firstOfRun: old.item.firstOfRun, dayBefore: old.item.dayBefore };
}

function isInThread({ phase }: PendingMessage): boolean {
  return phase !== 'returned' && phase !== 'lifting';
}

function statusOf(source: Source): ShownStatus {
  if (!('phase' in source)) return source.status;
  return source.phase === 'waiting' || source.phase === 'asking' ? source.phase : 'sending';
}

function messageOf(source: Source): Message {
  return 'phase' in source ? source.message : source;
}

function sameOr(old: TimelineItem | undefined, fresh: TimelineItem): TimelineItem {
  if (!old) return fresh;
  const keys = Object.keys(fresh) as (keyof TimelineItem)[];
  return keys.every((key) => old[key] === fresh[key]) ? old : fresh;
}
