/** Uploading is loaded beside the page: a text never waits for it, and the first file finds it there. */

import { ApiError } from '../api/http';
import type { StoredMessage } from '../domain/message';
import { pause } from '../domain/pause';
import type { Outbox, OutboxPorts } from './outbox';
import type { Uploads } from './uploads';

const LOAD_AGAIN_MS = 2_000;

export interface UploadDoor {
  prepare: OutboxPorts['prepare'];
  /** Calls `post` with the server's id of the file, and once more when the server has lost the file meanwhile. */
  postWith: (
    clientId: string,
    signal: AbortSignal,
    post: (mediaId: string | undefined) => Promise<StoredMessage>,
  ) => Promise<StoredMessage>;
  /** What earlier pages left is known: uploads begin, and files that nobody needs are dropped. */
  start: () => void;
  wake: () => void;
}

/** `signal`: the outbox stops. */
export function openUploadDoor(
  outbox: () => Outbox,
  agentId: string,
  locks: OutboxPorts['locks'],
  signal: AbortSignal,
): UploadDoor {
  let uploads: Promise<Uploads> | null = null;
  const load = async (): Promise<Uploads> => {
    for (;;) {
      uploads ??= import('./openUploads').then((module) =>
        module.openUploads(outbox(), agentId, locks, signal),
      );
      try {
        return await uploads;
      } catch {
        uploads = null;
        await pause(LOAD_AGAIN_MS, signal);
        if (signal.aborted) throw new Error('the outbox has stopped');
      }
    }
  };
  const attachmentOf = (clientId: string) => outbox().entries.get(clientId)?.attachment;
  return {
    async prepare(clientId, left) {
      if (attachmentOf(clientId)) await (await load()).ready(clientId, left);
    },
    async postWith(clientId, left, post) {
      const uploaded = attachmentOf(clientId)?.uploaded;
      try {
        return await post(uploaded);
      } catch (fault) {
        const isLost = fault instanceof ApiError && fault.code === 'media_not_found';
        if (!isLost || uploaded === undefined) throw fault;
        await (await load()).again(clientId, left);
        return post(attachmentOf(clientId)?.uploaded);
      }
    },
    start: () => void load().catch(() => undefined),
    wake: () => void uploads?.then((each) => each.wake()).catch(() => undefined),
  };
}
