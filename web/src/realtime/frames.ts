import type { Event, Events, Heartbeat, Reset, Welcome } from '../protocol/shapes';

/** A frame of the socket, reduced to what the client does about it. */
export type Frame =
  | { kind: 'welcome' }
  | { kind: 'reset'; epoch: string; seq: number }
  | { kind: 'heartbeat'; seq: number }
  | { kind: 'events'; events: readonly Event[] }
  /** Ephemeral, or newer than this page: nothing depends on it. */
  | { kind: 'other' };

type Received = Welcome | Reset | Heartbeat | Events | Event | { type: 'typing' | 'presence' };

export function readFrame(data: string): Frame {
  const received = JSON.parse(data) as Received;
  switch (received.type) {
    case 'welcome':
      return { kind: 'welcome' };
    case 'reset':
      return { kind: 'reset', epoch: received.epoch, seq: received.seq };
    case 'heartbeat':
      return { kind: 'heartbeat', seq: received.seq };
    case 'events':
      return { kind: 'events', events: received.events };
    default:
      return 'seq' in received ? { kind: 'events', events: [received] } : { kind: 'other' };
  }
}
