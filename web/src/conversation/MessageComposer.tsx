import { useEffect, useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { dismissReturnedReason, setDraftText, showComposer, useDraft } from '../outbox/drafts';
import { Icon } from '../ui/Icon';
import { AttachButton } from './AttachButton';
import { ChosenFiles } from './ChosenFiles';
import { clean, grow, isTouch } from './composerField';
import { ComposerRemark } from './ComposerRemark';
import styles from './MessageComposer.module.css';
import { ReturnedNotice } from './ReturnedNotice';
import { useComposition } from './useComposition';
import { useReadiness } from './useReadiness';

interface MessageComposerProps {
  conversationId: string;
  handleSendMessage: () => void;
}

/** Where the agent writes: Enter sends text and files, Shift+Enter begins a new line, and the text is kept until it is sent. */
export function MessageComposer({ conversationId, handleSendMessage }: MessageComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(conversationId);
  const isComposing = useComposition(field);
  const text = draft?.text ?? '';
  const { canSend, isReady, becomesReady, placeholder } = useReadiness(conversationId, text);
  useEffect(() => showComposer(conversationId), [conversationId]);
  useEffect(() => {
    if (!isTouch()) field.current?.focus({ preventScroll: true });
  }, [conversationId]);
  useLayoutEffect(() => grow(field.current), [text]);

  const send = () => {
    if (canSend && isReady) handleSendMessage();
    else if (canSend) void becomesReady().then((isNow) => isNow && handleSendMessage());
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
          reason={draft.returned}
          onClose={() => dismissReturnedReason(conversationId)}
        />
      ) : null}
      <ChosenFiles conversationId={conversationId} />
      <ComposerRemark conversationId={conversationId} text={text} />
      <div className={styles.box}>
        <AttachButton conversationId={conversationId} />
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          value={text}
          placeholder={placeholder}
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
          disabled={!canSend}
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
