import { useSyncExternalStore } from 'react';
import { settlingChanged, settlingOf, type Settling } from './settling';

const NOTHING_ASKED: Settling = { busy: false, words: null };

/** How what was asked about this message stands. */
export function useSettling(clientId: string): Settling {
  return useSyncExternalStore(
    settlingChanged.subscribe,
    () => settlingOf(clientId) ?? NOTHING_ASKED,
  );
}
