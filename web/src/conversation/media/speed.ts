import { useSyncExternalStore } from 'react';
import { createSignal } from '../../domain/signal';

const SPEEDS = [1, 1.5, 2];

/** One speed for everything that is listened to, until the page ends. */
let speed = 1;
const changed = createSignal();

export function useSpeed(): { value: number; next: () => void } {
  const value = useSyncExternalStore(changed.subscribe, () => speed);
  return {
    value,
    next: () => {
      speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
      changed.emit();
    },
  };
}
