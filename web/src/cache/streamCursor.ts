import { createSignal } from '../domain/signal';

/** The store behind the server is another one now: its epoch. */
export const storeRenewed = createSignal<string>();

/**
 * Which part of the event stream this browser has. The first snapshot begins it; from then on events raise it,
 * and a snapshot that was read before its beginning has a gap and must be asked for again (R13).
 */
export class StreamCursor {
  epoch = '';
  /** Everything up to it has been applied; null before the first snapshot. */
  seq: number | null = null;
  #from = 0;

  /** Whether events continue this snapshot without a gap. */
  covers(snapshot: { epoch: string; as_of_seq: number }): boolean {
    if (this.seq === null) this.restart(snapshot.epoch, snapshot.as_of_seq);
    return snapshot.epoch === this.epoch && snapshot.as_of_seq >= this.#from;
  }

  /** Nothing before `seq` will come: after `reset`. */
  restart(epoch: string, seq: number): void {
    this.epoch = epoch;
    this.seq = this.#from = seq;
  }

  raise(seq: number): void {
    if (this.seq !== null && seq > this.seq) this.seq = seq;
  }
}
