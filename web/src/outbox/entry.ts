import type { EntryPhase, OptimisticMessage } from '../domain/message';

/**
 * - `queued`: behind an earlier one, or not tried yet
 * - `posting`: its first try is under way
 * - `waiting`: more than 3 s of its own POST have passed without an answer
 * - `asking`: stale (older than 10 min, or its window closed); waits for the agent's consent
 * - `accepted`: the server answered with the row; kept until a render contains the row (R15)
 * - `returned`: refused before acceptance; its text waits in this browser's tray (R19)
 */
export type { EntryPhase } from '../domain/message';

/** One send of this browser, from Enter until its row has been drawn or its text has been used. */
export interface OutboxEntry {
  message: OptimisticMessage;
  /** Order of the Enters on this browser; the only sort key of optimistic messages (R3). */
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
  reason: { code: string; params: Record<string, string | number> } | null;
}
