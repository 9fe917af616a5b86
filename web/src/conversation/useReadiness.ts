import { lengthOf, textFault } from '../domain/messageLimits';
import { LONGEST_CAPTION } from '../domain/media';
import { isPreparing, untilReady, useChosen, type ChosenFile } from '../outbox/chosen';
import { storeAgain } from '../outbox/drafts';
import { useStorageState } from '../outbox/useOutbox';

export interface Readiness {
  /** What the empty field asks for. */
  placeholder: string;
  /** Something is there to send, and none of it would be refused. */
  canSend: boolean;
  /** Nothing must be waited for. */
  isReady: boolean;
  /** Waits for it; whether it can be sent now. */
  becomesReady: () => Promise<boolean>;
}

/** What Enter has to wait for before it may take the composer's text and files: room to keep them, and files at hand. */
export function useReadiness(conversationId: string, text: string): Readiness {
  const isFull = useStorageState() === 'full';
  const files = useChosen(conversationId);
  const isWaiting = isPreparing(files);
  return {
    placeholder: takesCaption(files) ? 'Add a caption' : 'Write a message',
    canSend: canSend(text, files),
    isReady: !isFull && !isWaiting,
    becomesReady: async () =>
      (!isWaiting || (await untilReady(conversationId))) &&
      (!isFull || (await storeAgain(conversationId))),
  };
}

function canSend(text: string, files: readonly ChosenFile[]): boolean {
  const hasFile = files.some((file) => file.refused === null);
  if (!hasFile) return textFault(text) === null;
  return lengthOf(text.trim()) <= LONGEST_CAPTION;
}

function takesCaption(files: readonly ChosenFile[]): boolean {
  const first = files.find((file) => file.refused === null);
  return first !== undefined && first.ready?.kind !== 'audio';
}
