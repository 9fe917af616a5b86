import { uploadMedia } from '../api/media';
import { dropFile, dropOrphans, findFile } from './files';
import type { Outbox, OutboxPorts } from './outbox';
import { Uploads } from './uploads';

/** Puts uploading together with the API and the files of this browser; it begins at once. */
export function openUploads(
  outbox: Outbox,
  agentId: string,
  locks: OutboxPorts['locks'],
  signal: AbortSignal,
): Uploads {
  const uploads = new Uploads({
    outbox,
    locks,
    find: findFile,
    drop: (file) => void dropFile(file),
    upload: uploadMedia,
  });
  signal.addEventListener('abort', () => uploads.close());
  if (signal.aborted) uploads.close();
  void dropOrphans(agentId);
  return uploads;
}
