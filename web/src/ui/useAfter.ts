import { useEffect, useState } from 'react';

/**
 * True once `active` has been true for `delay` milliseconds without a break; false again at once.
 * What passes quickly is never drawn: skeletons after 300 ms, the connection banner after 2 s.
 */
export function useAfter(active: boolean, delay: number): boolean {
  const [isPast, setPast] = useState(false);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setTimeout(() => setPast(true), delay);
    return () => {
      clearTimeout(timer);
      setPast(false);
    };
  }, [active, delay]);
  return active && isPast;
}
