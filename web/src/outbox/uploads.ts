/**
 * Gives the server the files of entries, before these are posted. Files may be uploaded ahead of their turn, two at a
 * time; only the posts keep the order of the Enters (R18). Of several tabs one uploads, under a Web Lock per file.
 */

import { ApiError, isRefusal } from '../api/http';
import type { Upload } from '../api/media';
import { ended, pause } from '../domain/pause';
import { createSignal } from '../domain/signal';
import type { UploadedMedia } from '../protocol/shapes';
import { isQueued, type Attachment, type OutboxEntry } from './entry';
import type { Outbox, OutboxPorts } from './outbox';

const AT_ONCE = 2;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** What uploading needs of the world. */
export interface UploadPorts {
  outbox: Pick<Outbox, 'entries' | 'updateOptimisticMessage' | 'giveBack'>;
  locks: OutboxPorts['locks'];
  find: (file: string) => Promise<Blob | undefined>;
  drop: (file: string) => void;
  upload: (
    upload: Upload,
    onProgress: (part: number) => void,
    signal: AbortSignal,
  ) => Promise<UploadedMedia>;
}

/** How much of each file has left, 0 to 1, by client_id; absent where this tab uploads nothing. */
const progress = new Map<string, number>();
export const progressChanged = createSignal();
export const progressOf = (clientId: string) => progress.get(clientId);

type FileEntry = OutboxEntry & { attachment: Attachment };

export class Uploads {
  readonly #underWay = new Map<string, AbortController>();
  readonly #seen = new Map<string, string>();
  readonly #endings: (() => void)[];
  #waking = new AbortController();
  #isClosed = false;

  constructor(private readonly ports: UploadPorts) {
    this.#endings = [ports.outbox.entries.changed.subscribe(() => this.#look())];
    this.#look();
  }

  /** Resolves when the entry's file is with the server, or the entry has left the queue. */
  async ready(clientId: string, signal: AbortSignal): Promise<void> {
    const { entries } = this.ports.outbox;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (isWaiting(entries.get(clientId)) && !signal.aborted) return;
        unsubscribe();
        resolve();
      };
      const unsubscribe = entries.changed.subscribe(look);
      signal.addEventListener('abort', look);
      look();
    });
  }

  /** The server does not know the file any more: it is uploaded again. */
  async again(clientId: string, signal: AbortSignal): Promise<void> {
    const attachment = this.ports.outbox.entries.get(clientId)?.attachment;
    if (!attachment) return;
    this.ports.outbox.updateOptimisticMessage(clientId, { attachment: { file: attachment.file } });
    await this.ready(clientId, signal);
  }

  /** The network is back. */
  wake(): void {
    this.#waking.abort();
    this.#waking = new AbortController();
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#endings) end();
    for (const stop of this.#underWay.values()) stop.abort();
  }

  #look(): void {
    const entries = [...this.ports.outbox.entries];
    const waiting = entries.filter(isWaiting).toSorted((one, other) => one.ordinal - other.ordinal);
    for (const [clientId, stop] of this.#underWay) {
      if (!waiting.some(({ message }) => message.client_id === clientId)) stop.abort();
    }
    for (const entry of waiting) {
      if (this.#underWay.size >= AT_ONCE || this.#isClosed) break;
      if (!this.#underWay.has(entry.message.client_id)) void this.#run(entry);
    }
    this.#dropUnneeded(entries);
  }

  /** A file goes with the last entry that names it; one whose row is stored needs it no more. */
  #dropUnneeded(entries: readonly OutboxEntry[]): void {
    const needed = new Map<string, string>();
    for (const { attachment, phase, message } of entries) {
      if (attachment && phase !== 'accepted') needed.set(message.client_id, attachment.file);
    }
    const files = new Set(needed.values());
    for (const [clientId, file] of this.#seen) {
      if (needed.has(clientId)) continue;
      this.#seen.delete(clientId);
      if (!files.has(file)) this.ports.drop(file);
    }
    for (const [clientId, file] of needed) this.#seen.set(clientId, file);
  }

  async #run({ message, attachment: { file } }: FileEntry): Promise<void> {
    const { client_id: clientId } = message;
    const stop = new AbortController();
    this.#underWay.set(clientId, stop);
    const work = async () => {
      for (let wait = FIRST_PAUSE_MS; !stop.signal.aborted;) {
        const wish = await this.#attempt(clientId, file, stop.signal);
        if (wish === null) return;
        const { signal } = this.#waking;
        await pause(Math.max(wait, wish), AbortSignal.any([stop.signal, signal]));
        wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      }
    };
    await Promise.race([
      this.ports.locks.request(`forthwith-upload:${file}`, work),
      ended(stop.signal),
    ]);
    this.#underWay.delete(clientId);
    this.#tell(clientId, null);
    this.#look();
  }

  /** One try. Null: it is decided. Else the milliseconds that the server asked to be left alone. */
  async #attempt(clientId: string, file: string, signal: AbortSignal): Promise<number | null> {
    const { outbox, find, upload } = this.ports;
    const entry = outbox.entries.get(clientId);
    // Another tab may have had the lock before, and done it.
    if (!isWaiting(entry)) return null;
    const bytes = await find(file);
    if (!bytes) {
      outbox.giveBack(clientId, { code: 'file_missing', params: {} });
      return null;
    }
    try {
      this.#tell(clientId, 0);
      const onProgress = (part: number) => this.#moved(clientId, part);
      const { id, kind } = await upload(uploadOf(entry, bytes), onProgress, signal);
      const now = outbox.entries.get(clientId);
      if (!isWaiting(now)) return null;
      // The server has looked into it, and knows better as what WhatsApp takes it.
      const message = { ...now.message, message_type: kind, type: kind };
      const attachment = { file, uploaded: id };
      outbox.updateOptimisticMessage(clientId, { phase: 'queued', attachment, message });
      return null;
    } catch (fault) {
      // Stopped, or this page has: what its entry says now is not this upload's to change.
      if (signal.aborted || !isWaiting(outbox.entries.get(clientId))) return null;
      if (isRefusal(fault)) {
        outbox.giveBack(clientId, { code: fault.code, params: fault.params });
        return null;
      }
      outbox.updateOptimisticMessage(clientId, { phase: 'waiting' });
      return fault instanceof ApiError ? (fault.retryAfterMs ?? 0) : 0;
    }
  }

  #moved(clientId: string, part: number): void {
    const { outbox } = this.ports;
    const isBack = part > 0 && outbox.entries.get(clientId)?.phase === 'waiting';
    if (isBack) outbox.updateOptimisticMessage(clientId, { phase: 'queued' });
    this.#tell(clientId, part);
  }

  #tell(clientId: string, part: number | null): void {
    if (part === null) progress.delete(clientId);
    else progress.set(clientId, part);
    progressChanged.emit();
  }
}

function isWaiting(entry: OutboxEntry | undefined): entry is FileEntry {
  return isQueued(entry) && entry.attachment !== undefined && !entry.attachment.uploaded;
}

function uploadOf({ message }: OutboxEntry, bytes: Blob): Upload {
  return {
    bytes,
    mimeType: message.media?.mime_type || 'application/octet-stream',
    filename: message.media?.filename,
    asDocument: message.message_type === 'document',
  };
}
