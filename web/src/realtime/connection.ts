import { useSyncExternalStore } from 'react';
import { createSignal } from '../domain/signal';
import type { ConnectionState, LiveSocket } from './websocket';

const changed = createSignal();
let state: ConnectionState = 'connecting';
let current: LiveSocket | null = null;

/** Whether this page hears the server. */
export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(changed.subscribe, () => state);
}

/** Does not wait for the next try. */
export function tryNow(): void {
  current?.tryNow();
}

/** The socket of this page, or null when there is none. */
export function setLiveSocket(socket: LiveSocket | null): void {
  current = socket;
}

export function setConnectionState(next: ConnectionState): void {
  if (next === state) return;
  state = next;
  changed.emit();
}
