import type { Event, Events, Heartbeat, Reset, Welcome } from '../protocol/shapes';

/** A frame of the socket, reduced to what the client does about it. */
export type Frame =
  | { kind: 'welcome' }
  | { kind: 'reset'; epoch: string; seq: number }
  /** `prevSeq`: the last event sent on this connection; an older server does not say. */
  | { kind: 'heartbeat'; seq: number; prevSeq: number | undefined }
  | { kind: 'events'; events: readonly Event[] }
  /** Ephemeral, or newer than this page: nothing depends on it. */
  | { kind: 'other' };

type Beat = Omit<Heartbeat, 'prev_seq'> & Partial<Heartbeat>;
type Received = Welcome | Reset | Beat | Events | Event | { type: 'typing' | 'presence' };

export function readFrame(data: string): Frame {
  const received = JSON.parse(data) as Received;
  switch (received.type) {
    case 'welcome':
      return { kind: 'welcome' };
    case 'reset':
      return { kind: 'reset', epoch: received.epoch, seq: received.seq };
    case 'heartbeat':
      return { kind: 'heartbeat', seq: received.seq, prevSeq: received.prev_seq };
    case 'events':
      return { kind: 'events', events: received.events };
    default:
      return 'seq' in received ? { kind: 'events', events: [received] } : { kind: 'other' };
  }
}
