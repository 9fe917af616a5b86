import { fetchSession } from '../api/session';
import type { SessionAnswer } from '../protocol/shapes';

const RETRY_MS = 5_000;

/**
 * Asks the server who is signed in (null: nobody) until it answers: every few seconds, and at once when the
 * browser says that it is online or `now` is called.
 */
export function keepAsking(
  onAnswer: (found: SessionAnswer | null | 'unreachable') => void,
): Asking {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  const ask = async () => {
    clearTimeout(timer);
    const found = await fetchSession().catch(() => 'unreachable' as const);
    if (isOver) return;
    onAnswer(found);
    if (found === 'unreachable') timer = setTimeout(now, RETRY_MS);
    else stop();
  };
  const now = () => void ask();
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
    removeEventListener('online', now);
  };
  addEventListener('online', now);
  now();
  return { now, stop };
}

export interface Asking {
  now: () => void;
  stop: () => void;
}
