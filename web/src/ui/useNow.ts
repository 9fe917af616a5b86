import { useCallback, useSyncExternalStore } from 'react';

/**
 * The clock, in milliseconds since the epoch, rounded down to a whole `step` so that everything on
 * screen changes its words in the same frame. Draws again only when the step changes.
 */
export function useNow(step = 60_000): number {
  const subscribe = useCallback(
    (redraw: () => void) => {
      let timer: ReturnType<typeof setTimeout>;
      const arm = () => {
        timer = setTimeout(tick, step - (Date.now() % step) + 1);
      };
      const tick = () => {
        redraw();
        arm();
      };
      arm();
      // A laptop that slept wakes with its timers late.
      document.addEventListener('visibilitychange', redraw);
      return () => {
        clearTimeout(timer);
        document.removeEventListener('visibilitychange', redraw);
      };
    },
    [step],
  );
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / step) * step);
}
