import type { Message, ShownStatus } from './message';

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
  /** WhatsApp's time is more than a minute older than its predecessor's: both times are shown (R3). */
  clockSkew: boolean;
}
