import type { ReactNode } from 'react';
import type { AgentRow } from '../protocol/shapes';
import { later } from '../ui/later';
import { Menu } from '../ui/Menu';
import styles from './AccountMenu.module.css';
import type { SignOutProps } from './SignOut';

const signOut = later(() => import('./SignOut'));

/** Who is signed in, and the way out. Signing out wipes this browser, so unsent text is asked about first. */
export function AccountMenu({ agent, trigger, triggerClassName, place, ...out }: AccountMenuProps) {
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
          <WayOut {...out} onStay={close} />
        </>
      )}
    </Menu>
  );
}

interface AccountMenuProps extends SignOutProps {
  agent: AgentRow;
  trigger: ReactNode;
  triggerClassName?: string | undefined;
  place: 'railFoot' | 'barTop';
}

/** Loaded when the menu is opened first. */
function WayOut(props: SignOutProps & { onStay: () => void }) {
  const loaded = signOut.use();
  return loaded && <loaded.SignOut {...props} />;
}
