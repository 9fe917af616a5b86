/**
 * Status is a join, not a state machine (R4): the order, repeats and gaps of webhooks cannot matter.
 * `tests/vectors/status.json` holds the truth table; this module and `forthwith/domain/status.py` both run it.
 */

import type { ShownStatus } from './message';

export type Progress = 'sending' | 'sent' | 'delivered' | 'read' | 'played';
export type ShownOfAttempts = Progress | 'failed' | 'unconfirmed';

const RANK: Record<Progress, number> = { sending: 0, sent: 1, delivered: 2, read: 3, played: 4 };

/** One accusation by WhatsApp: its own time (whole seconds since the epoch) and its code. */
export type Failure = readonly [at: number, code: string];

/** What is known of one call to WhatsApp. `lapsed`: the waiting time for its outcome passed without a word. */
export interface Attempt {
  progress: Progress;
  failures: readonly Failure[];
  lapsed: boolean;
}

/** Everything known by either: commutative, associative, idempotent. */
export function join(one: Attempt, other: Attempt): Attempt {
  const progress = RANK[one.progress] >= RANK[other.progress] ? one.progress : other.progress;
  const failures = new Map([...one.failures, ...other.failures].map((each) => [each.join(), each]));
  return {
    progress,
    failures: [...failures.values()].toSorted(byTimeThenCode),
    lapsed: one.lapsed || other.lapsed,
  };
}

/** Evidence beats accusation, accusation beats `sent`, any word from WhatsApp beats our doubt. */
function shownOfAttempt({ progress, failures, lapsed }: Attempt): ShownOfAttempts {
  if (RANK[progress] >= RANK.delivered) return progress;
  if (failures.length > 0) return 'failed';
  return lapsed && progress === 'sending' ? 'unconfirmed' : progress;
}

/**
 * Status of a message with these attempts, oldest first; without any it is still `sending`. A newer attempt
 * clears an older failure, but never an older attempt's evidence of arrival; and when it fails itself, an older
 * doubt is still a doubt: "returned" must not be said of what may have arrived.
 */
export function shown(attempts: readonly Attempt[]): ShownOfAttempts {
  let arrived: Progress = 'sending';
  let last: ShownOfAttempts = 'sending';
  let isDoubted = false;
  for (const attempt of attempts) {
    last = shownOfAttempt(attempt);
    isDoubted ||= last === 'unconfirmed';
    if (isProgress(last) && RANK[last] > RANK[arrived]) arrived = last;
  }
  if (arrived !== 'sending') return arrived;
  return last === 'failed' && isDoubted ? 'unconfirmed' : last;
}

/** The failure to name: smallest by WhatsApp's time, then code, so that every reader picks the same. */
export function shownFailure(failures: readonly Failure[]): Failure | null {
  return failures.toSorted(byTimeThenCode)[0] ?? null;
}

/** How far a message has come, 0 (`sending`) to 4 (`played`); null for what is no progress. */
export function rank(status: ShownStatus): number | null {
  return isProgress(status) ? RANK[status] : null;
}

/**
 * Progress was shown and less is shown now. Only a failure may take back `sent`: to `failed`, or, of a message that
 * was sent again, to what its later attempt shows (G4, ADR 5).
 */
export function isRegression(
  before: ShownStatus,
  after: ShownStatus,
  isSentAgain = false,
): boolean {
  const [had, has] = [rank(before), rank(after)];
  if (had === null || had === RANK.sending || (has !== null && has >= had)) return false;
  const isOpen = after === 'sending' || after === 'unconfirmed';
  return !(before === 'sent' && (after === 'failed' || (isSentAgain && isOpen)));
}

function isProgress(status: ShownStatus): status is Progress {
  return status in RANK;
}

function byTimeThenCode(one: Failure, other: Failure): number {
  return one[0] - other[0] || (one[1] < other[1] ? -1 : Number(one[1] > other[1]));
}
