import type { ReactNode } from 'react';
import type { AgentRow } from '../protocol/shapes';
import { Icon } from '../ui/Icon';
import { later } from '../ui/later';
import { Menu } from '../ui/Menu';
import styles from './AccountMenu.module.css';
import type { SignOutProps } from './SignOut';

const signOut = later(() => import('./SignOut'));

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
          <WayOut {...out} onStay={close} />
        </>
      )}
    </Menu>
  );
}

interface AccountMenuProps extends SignOutProps {
  agent: AgentRow;
  /** In the demo only. */
  emulatorConsole?: string | undefined;
  trigger: ReactNode;
  triggerClassName?: string | undefined;
  place: 'railFoot' | 'barTop';
}

/** Loaded when the menu is opened first. */
function WayOut(props: SignOutProps & { onStay: () => void }) {
  const loaded = signOut.use();
  return loaded && <loaded.SignOut {...props} />;
}
