import { useCallback } from 'react';
import { optimisticMessage } from '../domain/message';
import { takeChosen, type ReadyFile } from './chosen';
import { newClientId } from './clientId';
import { storedDraft } from './draftStore';
import { runningOutbox } from './running';

/** What Enter does with the composer's text and files. Returns a client_id, or null when there is nothing to send. */
export function useSendMessage(conversationId: string): (seenPos: number | null) => string | null {
  return useCallback(
    (seenPos) => {
      const draft = runningOutbox()?.drafts.consume(conversationId);
      const [file, ...others] = takeChosen(conversationId, Boolean(draft?.text.trim()));
      if (!draft && !file) return null;
      const { id: clientId, text } = draft ?? { id: newClientId(), text: '' };
      sendMessage({ conversationId, clientId, text: text.trim(), seenPos, file });
      for (const other of others) {
        sendMessage({ conversationId, clientId: newClientId(), text: '', seenPos, file: other });
      }
      return clientId;
    },
    [conversationId],
  );
}

/** Hands a text to the outbox: shown in this very task, stored in this browser, then posted in its turn (R16). */
export function sendMessage({ conversationId, clientId, text, seenPos, file }: Sending): void {
  const running = runningOutbox();
  if (!running) return;
  const { agent, outbox, drafts } = running;
  const at = Date.now();
  const about = { clientId, conversationId, agent, text, at, file };
  const entry = outbox.newEntry(optimisticMessage({ ...about, replyTo: null }), seenPos);
  // One transaction: the text is never stored as neither draft nor entry, nor as both.
  const draft = storedDraft(drafts.get(conversationId));
  outbox.addOptimisticMessage(file ? { ...entry, attachment: { file: file.file } } : entry, {
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
  /** In all but a text; its bytes are stored already. */
  file?: ReadyFile | undefined;
}
