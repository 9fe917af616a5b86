import { isStored, type Message } from './message';
import { dayOf } from './time';

const RUN_GAP_MS = 60_000;
const SKEW_MS = 60_000;

/** How a message joins the one before it: in the same run of its sender or not, on the same day or not. */
export interface Joint {
  firstOfRun: boolean;
  /** The day that begins with this message, as an ISO date in the browser's zone. */
  dayBefore: string | null;
}

export function newJoint(previous: Message | undefined, message: Message): Joint {
  const day = dayOf(message.created_at);
  if (!previous || dayOf(previous.created_at) !== day) return { firstOfRun: true, dayBefore: day };
  return { firstOfRun: !isSameRun(previous, message), dayBefore: null };
}

function isSameRun(previous: Message, message: Message): boolean {
  const isSameSender =
    previous.sender_id === message.sender_id && previous.direction === message.direction;
  const gap = Date.parse(message.created_at) - Date.parse(previous.created_at);
  return isSameSender && Math.abs(gap) <= RUN_GAP_MS;
}

/** The count of the unread divider, above the first stored row from `fromPos` on. */
export function unreadBefore(
  previous: Message | undefined,
  message: Message,
  unread: { fromPos: number; count: number } | null,
): number | null {
  if (!unread || !isStored(message) || message.pos < unread.fromPos) return null;
  const isFirst = !previous || (isStored(previous) && previous.pos < unread.fromPos);
  return isFirst ? unread.count : null;
}

/** More than a minute older than its predecessor (R3). Only a contact's message carries a time that is not the server's. */
export function hasClockSkew(previous: Message | undefined, message: Message): boolean {
  if (message.direction === 'outbound' || !previous || !isStored(previous)) return false;
  return Date.parse(previous.timestamp) - Date.parse(message.timestamp) > SKEW_MS;
}
