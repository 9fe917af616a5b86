import { useEffect, useRef, useState } from 'react';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import styles from './AccountMenu.module.css';

export interface SignOutProps {
  /** Texts of this browser that would be lost with it. */
  unsentTexts: () => Promise<boolean> | boolean;
  onSignOut: () => Promise<void>;
}

/** Asks first when texts or files of this browser would be lost. */
export function SignOut({ unsentTexts, onSignOut, onStay }: SignOutProps & { onStay: () => void }) {
  const item = useRef<HTMLButtonElement>(null);
  // The menu looked for something to focus before this was here.
  useEffect(() => item.current?.focus(), []);
  const [isAsking, setAsking] = useState(false);
  const [hasFailed, setFailed] = useState(false);

  const leave = async () => {
    try {
      await onSignOut();
    } catch {
      setFailed(true);
    }
  };
  const ask = async () => {
    if (await unsentTexts()) setAsking(true);
    else await leave();
  };

  return (
    <>
      {hasFailed ? (
        <p className={styles.words} role="alert">
          The server does not answer, so you are still signed in. Try again in a moment.
        </p>
      ) : null}
      {isAsking ? (
        <Warning onStay={onStay} onLeave={() => void leave()} />
      ) : (
        <button
          ref={item}
          type="button"
          role="menuitem"
          className={styles.item}
          onClick={() => void ask()}
        >
          <Icon name="signOut" />
          Sign out
        </button>
      )}
    </>
  );
}

function Warning({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  const words = useRef<HTMLDivElement>(null);
  useEffect(() => {
    words.current?.querySelector('button')?.focus();
  }, []);
  return (
    <div ref={words} className={styles.words} role="alert">
      <p>This browser holds text that was not sent. Signing out deletes it.</p>
      <div className={styles.actions}>
        <Button role="menuitem" onClick={onStay}>
          Stay
        </Button>
        <Button role="menuitem" look="text" className={styles.danger} onClick={onLeave}>
          Delete and sign out
        </Button>
      </div>
    </div>
  );
}
