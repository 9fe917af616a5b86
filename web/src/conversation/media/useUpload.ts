import { useSyncExternalStore } from 'react';
import type { TimelineItem } from '../../domain/timeline';
import { runningOutbox } from '../../outbox/running';
import { progressChanged, progressOf } from '../../outbox/uploads';

/** How much of a message's file has left this browser, 0 to 1; null when nothing of it has to leave any more. */
export function useUpload({ key, pos, status }: TimelineItem): number | null {
  const part = useSyncExternalStore(progressChanged.subscribe, () => progressOf(key));
  if (pos !== null || status === 'asking') return null;
  const attachment = runningOutbox()?.outbox.entries.get(key)?.attachment;
  return attachment && attachment.uploaded === undefined ? (part ?? 0) : null;
}
