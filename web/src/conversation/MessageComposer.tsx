import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { textFault } from '../domain/messageLimits';
import {
  dismissReturnedReason,
  setDraftText,
  showComposer,
  storeAgain,
  useDraft,
} from '../outbox/drafts';
import { useStorageState } from '../outbox/useOutbox';
import { Icon } from '../ui/Icon';
import { clean, grow, isTouch } from './composerField';
import { ComposerRemark } from './ComposerRemark';
import styles from './MessageComposer.module.css';
import { ReturnedNotice } from './ReturnedNotice';
import { useComposition } from './useComposition';

interface MessageComposerProps {
  conversationId: string;
  handleSendMessage: () => void;
}

/** Where the agent writes: Enter sends, Shift+Enter begins a new line, and the text is kept until it is sent. */
export function MessageComposer({ conversationId, handleSendMessage }: MessageComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(conversationId);
  const storage = useStorageState();
  const isComposing = useComposition(field);
  const text = draft?.text ?? '';
  const fault = textFault(text);
  useEffect(() => showComposer(conversationId), [conversationId]);
  useEffect(() => {
    if (!isTouch()) field.current?.focus({ preventScroll: true });
  }, [conversationId]);
  useLayoutEffect(() => grow(field.current), [text]);

  const send = () => {
    if (fault === null && storage !== 'full') handleSendMessage();
    else if (fault === null) {
      void storeAgain(conversationId).then((isStored) => isStored && handleSendMessage());
    }
    field.current?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || isTouch() || isComposing(event.nativeEvent)) {
      return;
    }
    event.preventDefault();
    // A held key repeats itself; the agent pressed it once.
    if (!event.repeat) send();
  };

  return (
    <div className={styles.composer} data-composer="">
      {draft?.returned ? (
        <ReturnedNotice
          reasonCode={draft.returned.code}
          params={draft.returned.params}
          onClose={() => dismissReturnedReason(conversationId)}
        />
      ) : null}
      <ComposerRemark text={text} storage={storage} />
      <div className={styles.box}>
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          value={text}
          placeholder="Write a message"
          aria-label="Message"
          dir="auto"
          enterKeyHint={isTouch() ? 'enter' : 'send'}
          onChange={(event) => setDraftText(conversationId, clean(event.target.value))}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          className={styles.send}
          aria-label="Send"
          disabled={fault !== null}
          // The field keeps the focus, and a phone its keyboard.
          onPointerDown={(event) => event.preventDefault()}
          onClick={send}
        >
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}
