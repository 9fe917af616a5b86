import { useEffect, useSyncExternalStore } from 'react';
import { createSignal } from '../domain/signal';

export interface Later<Parts> {
  /** Raises when it cannot be loaded now; the next call tries again. */
  load: () => Promise<Parts>;
  /** Null until it is here, then drawn in the very frame that needs it: unlike `lazy`, nothing waits for a promise. */
  use: () => Parts | null;
}

/** A part of the page that is loaded when it is needed first. */
export function later<Parts>(load: () => Promise<Parts>): Later<Parts> {
  let parts: Parts | null = null;
  let loading: Promise<Parts> | null = null;
  const loaded = createSignal();
  const begin = async () => {
    loading ??= load();
    try {
      parts = await loading;
    } catch (fault) {
      loading = null;
      throw fault;
    }
    loaded.emit();
    return parts;
  };
  return {
    load: begin,
    use() {
      useEffect(() => void begin().catch(() => undefined), []);
      return useSyncExternalStore(loaded.subscribe, () => parts);
    },
  };
}
