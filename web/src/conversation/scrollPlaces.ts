import { Heights } from './mountedRange';
import type { Target } from './reverseWindow';

/** Where a conversation was left, and how high its rows were. */
interface Remembered {
  place: Target;
  heights: Heights;
}

const remembered = new Map<string, Remembered>();

/** Of this page's life only: a reload opens at the first unread or the end. */
export function scrollPlaceOf(conversationId: string): Remembered {
  let found = remembered.get(conversationId);
  if (!found)
    remembered.set(conversationId, (found = { place: { kind: 'end' }, heights: new Heights() }));
  return found;
}
