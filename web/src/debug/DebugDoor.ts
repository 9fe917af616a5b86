import { useEffect } from 'react';
import { fetchedLater } from '../domain/fetchedLater';
import type { SessionAnswer } from '../protocol/shapes';

const SWITCH = 'forthwith-debug';

/** Opens the debug door in the demo and in development; in production where `?debug=1` has switched it on. */
export function DebugDoor({ session }: { session: SessionAnswer }): null {
  useEffect(() => {
    if (session.debug || import.meta.env.DEV || isSwitchedOn()) {
      void fetchedLater(() => import('./install')).then(({ installDebug }) => installDebug());
    }
  }, [session]);
  return null;
}

/** `?debug=1` is remembered by this browser until `?debug=0`. */
function isSwitchedOn(): boolean {
  try {
    const asked = new URLSearchParams(location.search).get('debug');
    if (asked === '1') localStorage.setItem(SWITCH, '1');
    if (asked === '0') localStorage.removeItem(SWITCH);
    return localStorage.getItem(SWITCH) === '1';
  } catch {
    // Storage is denied: the switch holds for this address only.
    return new URLSearchParams(location.search).get('debug') === '1';
  }
}
