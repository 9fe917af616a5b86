import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { AgentRow } from '../protocol/shapes';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import styles from './AccountMenu.module.css';

/** Who is signed in, and the way out. Signing out wipes this browser, so unsent text is asked about first. */
export function AccountMenu({
  agent,
  trigger,
  triggerClassName,
  place,
  emulatorConsole,
  ...out
}: AccountMenuProps) {
  return (
    <Menu
      label={`Account of ${agent.name}`}
      trigger={trigger}
      triggerClassName={triggerClassName}
      place={place}
    >
      {(close) => (
        <>
          <div className={styles.who}>
            <b>{agent.name}</b>
            <span>{agent.email}</span>
          </div>
          {emulatorConsole ? (
            <a
              role="menuitem"
              className={styles.item}
              href={emulatorConsole}
              target="_blank"
              rel="noopener"
              onClick={close}
            >
              <Icon name="crossed" />
              WhatsApp emulator
            </a>
          ) : null}
          <SignOut {...out} onStay={close} />
        </>
      )}
    </Menu>
  );
}

export interface SignOutProps {
  /** Texts of this browser that would be lost with it. */
  unsentTexts: () => Promise<boolean> | boolean;
  onSignOut: () => Promise<void>;
}

interface AccountMenuProps extends SignOutProps {
  agent: AgentRow;
  /** In the demo only. */
  emulatorConsole?: string | undefined;
  trigger: ReactNode;
  triggerClassName?: string | undefined;
  place: 'railFoot' | 'barTop';
}

function SignOut({ unsentTexts, onSignOut, onStay }: SignOutProps & { onStay: () => void }) {
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
        <button type="button" role="menuitem" className={styles.item} onClick={() => void ask()}>
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
