import { useEffect, useSyncExternalStore, type RefObject } from 'react';
import { createSignal } from '../../domain/signal';

const SPEEDS = [1, 1.5, 2];

/** One speed for everything that is listened to, until the page ends. */
let speed = 1;
const changed = createSignal();

export function useSpeed(player: RefObject<HTMLMediaElement | null>) {
  const value = useSyncExternalStore(changed.subscribe, () => speed);
  useEffect(() => {
    if (!player.current) return;
    player.current.defaultPlaybackRate = value;
    player.current.playbackRate = value;
  }, [player, value]);
  return {
    value,
    next: () => {
      speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
      changed.emit();
    },
  };
}
