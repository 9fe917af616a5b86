import { useCallback } from 'react';
import { optimisticMessage } from '../domain/message';
import { storedDraft } from './draftStore';
import { runningOutbox } from './running';

/** What Enter does with the composer's text. Returns the message's client_id, or null when there is none to send. */
export function useSendMessage(conversationId: string): (seenPos: number | null) => string | null {
  return useCallback(
    (seenPos) => {
      const draft = runningOutbox()?.drafts.consume(conversationId);
      if (!draft) return null;
      sendMessage({ conversationId, clientId: draft.id, text: draft.text.trim(), seenPos });
      return draft.id;
    },
    [conversationId],
  );
}

/** Hands a text to the outbox: shown in this very task, stored in this browser, then posted in its turn (R16). */
export function sendMessage({ conversationId, clientId, text, seenPos }: Sending): void {
  const running = runningOutbox();
  if (!running) return;
  const { agent, outbox, drafts } = running;
  const at = Date.now();
  const message = optimisticMessage({ clientId, conversationId, agent, text, at, replyTo: null });
  // One transaction: the text is never stored as neither draft nor entry, nor as both.
  const draft = storedDraft(drafts.get(conversationId));
  outbox.addOptimisticMessage(outbox.newEntry(message, seenPos), {
    drafts: { [conversationId]: draft },
  });
}

interface Sending {
  conversationId: string;
  /** The draft's id, or a new one for a text that was never a draft. */
  clientId: string;
  text: string;
  /** Greatest `pos` on the sender's screen (R21). */
  seenPos: number | null;
}
