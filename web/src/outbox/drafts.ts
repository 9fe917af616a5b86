import { storedDraft, type Draft } from './draftStore';
import { useOutboxValue } from './useOutbox';
import { runningOutbox, shownComposers } from './running';

/** What stands in a conversation's composer; undefined while it is empty. */
export function useDraft(conversationId: string): Draft | undefined {
  return useOutboxValue(() => runningOutbox()?.drafts.get(conversationId));
}

export function useDraftText(conversationId: string): string {
  return useDraft(conversationId)?.text ?? '';
}

export function setDraftText(conversationId: string, text: string): void {
  runningOutbox()?.drafts.setText(conversationId, text);
}

/** Tries again to store what stands in the composer, because there may be room by now. Whether it is stored. */
export async function storeAgain(conversationId: string): Promise<boolean> {
  const running = runningOutbox();
  const draft = storedDraft(running?.drafts.get(conversationId));
  await running?.storage.write({ drafts: { [conversationId]: draft } });
  return running?.storage.state !== 'full';
}

/** The reason above the composer has been read. */
export function dismissReturnedReason(conversationId: string): void {
  runningOutbox()?.drafts.dismissReason(conversationId);
}

/** This conversation's composer is on screen from now until the returned function is called (R19). */
export function showComposer(conversationId: string): () => void {
  shownComposers.add(conversationId);
  return () => shownComposers.delete(conversationId);
}
