import { useCallback, useRef } from 'react';
import { IconButton } from '../ui/IconButton';
import styles from './AttachButton.module.css';
import { loadMediaParts, useMediaParts } from './mediaParts';

/** The ways in which files come to a composer: this button, the clipboard, and whatever is dropped onto the conversation. */
export function AttachButton({ conversationId }: { conversationId: string }) {
  const input = useRef<HTMLInputElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const choose = useCallback(
    (files: readonly File[]) => {
      if (files.length === 0) return;
      // Without a network it may not be here yet: nothing is chosen then.
      loadMediaParts()
        .then((loaded) => loaded.chooseFiles(conversationId, files))
        .catch(() => undefined);
      const field = place.current?.closest('[data-composer]')?.querySelector('textarea');
      field?.focus({ preventScroll: true });
    },
    [conversationId],
  );
  // Here soon after the composer: until then only the button takes files.
  const parts = useMediaParts();
  return (
    <div ref={place} className={styles.place}>
      <IconButton
        icon="plus"
        label="Attach files"
        className={styles.button}
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={({ target }) => {
          choose([...(target.files ?? [])]);
          // The same file can be chosen again.
          target.value = '';
        }}
      />
      {parts ? <parts.IncomingFiles place={place} onFiles={choose} /> : null}
    </div>
  );
}
