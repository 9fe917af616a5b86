import type { StoredMessage } from '../domain/message';
import type { MessagePage } from '../protocol/shapes';

/** What this browser holds of one conversation: everything from `from` on, ordered by `pos`. */
export interface MessageHistory {
  rows: readonly StoredMessage[];
  /** The loaded range begins here (0: at the very first message); null until the newest page has come. */
  from: number | null;
  /**
   * Rows below the range, and all while the newest page is on its way: the page that will bring their
   * neighbours may have been read before them, so they wait for it here (R14).
   */
  strays: readonly StoredMessage[];
  /** `pos` of each row by client_id. Shared by all versions of this history: a `pos` never changes (R3). */
  places: Map<string, number>;
  loading: 'newest' | 'older' | null;
  /** The page asked for has not come; while `loading` it is still being asked for. */
  hasFailed: boolean;
}

export function emptyHistory(): MessageHistory {
  return {
    rows: [],
    from: null,
    strays: [],
    places: new Map(),
    loading: null,
    hasFailed: false,
  };
}

/** The stored row of this client_id in the loaded range. */
export function rowOf(history: MessageHistory, clientId: string): StoredMessage | undefined {
  const pos = history.places.get(clientId);
  if (pos === undefined) return undefined;
  const row = history.rows[lowerBound(history.rows, pos)];
  return row?.pos === pos ? row : undefined;
}

/** The history with this row in its place, if it is new or has a greater `rev`; else the same object. */
export function mergeRow(history: MessageHistory, row: StoredMessage): MessageHistory {
  if (history.from === null || row.pos < history.from) {
    const strays = mergeRows(history.strays, [row]);
    return strays === history.strays ? history : { ...history, strays };
  }
  const rows = mergeRows(history.rows, [row]);
  if (rows === history.rows) return history;
  history.places.set(row.client_id, row.pos);
  return { ...history, rows };
}

/**
 * After `reset`: pages (oldest first, without gaps) instead of what was held `before` they were asked for.
 * What has come since is kept.
 */
export function replaceWithPages(
  history: MessageHistory,
  before: MessageHistory,
  pages: readonly MessagePage[],
): MessageHistory {
  const old = new Set([...before.rows, ...before.strays]);
  const since = [...history.strays, ...history.rows].filter((row) => !old.has(row));
  const start: MessageHistory = { ...emptyHistory(), strays: since };
  return pages.toReversed().reduce(mergePage, start);
}

/** The newest page, or the one before what is held: it only adds and raises. */
export function mergePage(history: MessageHistory, page: MessagePage): MessageHistory {
  const from = page.has_more ? (page.messages[0]?.pos ?? 0) : 0;
  const known = history.strays.filter((row) => row.pos >= from);
  const rows = mergeRows(mergeRows(history.rows, page.messages), known);
  for (const row of [...page.messages, ...known]) history.places.set(row.client_id, row.pos);
  return {
    ...history,
    rows,
    from,
    strays: history.strays.filter((row) => row.pos < from),
    loading: null,
    hasFailed: false,
  };
}

/** Two lists ordered by `pos` as one; of the same row the greater `rev`. The same object if nothing is new. */
function mergeRows(
  rows: readonly StoredMessage[],
  more: readonly StoredMessage[],
): readonly StoredMessage[] {
  let merged: StoredMessage[] | null = null;
  for (const row of more) {
    const current = merged ?? rows;
    const index = lowerBound(current, row.pos);
    const known = current[index];
    if (known?.pos !== row.pos) (merged ??= [...rows]).splice(index, 0, row);
    else if (row.rev > known.rev) (merged ??= [...rows])[index] = row;
  }
  return merged ?? rows;
}

/** Index of the first row whose `pos` is not smaller. */
export function lowerBound(rows: readonly StoredMessage[], pos: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.pos ?? Infinity) < pos) low = middle + 1;
    else high = middle;
  }
  return low;
}
