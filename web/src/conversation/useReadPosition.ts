import { useEffect } from 'react';
import { markRead } from '../api/conversations';
import { serverReached } from '../api/http';

const SETTLED_MS = 250;

/**
 * Tells the server how far the agent has read: rows that were on a visible, focused screen for a moment.
 * `seenPos`: the newest message of the contact in sight so far; `readUpToPos`: what the team has read already.
 */
export function useReadPosition(
  conversationId: string,
  seenPos: number,
  readUpToPos: number | undefined,
): void {
  useEffect(() => {
    if (readUpToPos === undefined || seenPos <= readUpToPos) return undefined;
    const tell = () => {
      if (document.visibilityState !== 'visible' || !document.hasFocus()) return;
      // Unanswered, it is told again when the server is heard again.
      markRead(conversationId, seenPos).catch(() => undefined);
    };
    const timer = setTimeout(tell, SETTLED_MS);
    const unsubscribe = serverReached.subscribe(tell);
    addEventListener('focus', tell);
    document.addEventListener('visibilitychange', tell);
    return () => {
      clearTimeout(timer);
      unsubscribe();
      removeEventListener('focus', tell);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [conversationId, seenPos, readUpToPos]);
}
