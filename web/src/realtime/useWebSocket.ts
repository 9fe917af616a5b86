import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { protocolTooOld, serverReached, signedOut } from '../api/http';
import { fetchSession } from '../api/session';
import { applyEvent, rowApplied } from '../cache/applyRow';
import { reloadEverything } from '../cache/loadPages';
import { streamCursorOf } from '../cache/queryClient';
import { storeRenewed } from '../cache/streamCursor';
import { createSignal } from '../domain/signal';
import type { Event, SessionAnswer } from '../protocol/shapes';
import { setConnectionState, setLiveSocket } from './connection';
import { LiveSocket } from './websocket';

/** Every event after it has been applied, for the debug door. */
export const eventReceived = createSignal<Event>();

/** Keeps the socket of a session open while it is mounted; events enter the cache and never cause a fetch. */
export function useWebSocket(session: SessionAnswer): void {
  const client = useQueryClient();
  useEffect(() => {
    const socket = openLiveSocket(client);
    setLiveSocket(socket);
    const network = () => socket.networkChanged();
    const returned = () => {
      if (document.visibilityState === 'visible') socket.tryNow();
    };
    addEventListener('online', network);
    addEventListener('offline', network);
    addEventListener('focus', returned);
    document.addEventListener('visibilitychange', returned);
    const unsubscribe = rowApplied.subscribe(({ row, source }) => {
      if (source === 'answer') socket.expectEventOf(row.client_id);
    });
    socket.start();
    return () => {
      unsubscribe();
      removeEventListener('online', network);
      removeEventListener('offline', network);
      removeEventListener('focus', returned);
      document.removeEventListener('visibilitychange', returned);
      setLiveSocket(null);
      socket.stop();
    };
  }, [client, session]);
}

function openLiveSocket(client: QueryClient): LiveSocket {
  const cursor = streamCursorOf(client);
  return new LiveSocket({
    open: () => new WebSocket(new URL('/api/ws', location.href.replace(/^http/, 'ws'))),
    cursor,
    onEvents(events) {
      for (const event of events) {
        applyEvent(client, event);
        eventReceived.emit(event);
      }
    },
    onReset(epoch, seq, wasBlind) {
      const before = { epoch: cursor.epoch, seq: cursor.seq };
      cursor.restart(epoch, seq);
      if (before.seq === null) return;
      if (epoch !== before.epoch) storeRenewed.emit(epoch);
      // A snapshot that came between our blind question and this answer may be as new as the answer.
      const isNewEnough = wasBlind && epoch === before.epoch && before.seq >= seq;
      if (!isNewEnough) void reloadEverything(client);
    },
    onState(state) {
      setConnectionState(state);
      if (state === 'online') serverReached.emit();
    },
    onUnreachable: () => void fetchSession().catch(() => undefined),
    onSignedOut: signedOut.emit,
    onTooOld: protocolTooOld.emit,
    isOnline: () => navigator.onLine,
    isVisible: () => document.visibilityState === 'visible',
    random: Math.random,
  });
}
