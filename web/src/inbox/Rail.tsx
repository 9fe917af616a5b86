import { Link } from 'wouter';
import type { AgentRow } from '../protocol/shapes';
import { AgentDisc } from '../ui/AgentDisc';
import { Icon } from '../ui/Icon';
import { Mark } from '../ui/Mark';
import { AccountMenu } from './AccountMenu';
import type { SignOutProps } from './SignOut';
import styles from './Rail.module.css';

/** The places of the product, along the edge; on a phone a bar at the foot. Only places that exist. */
export function Rail({ agent, ...out }: RailProps) {
  const disc = <AgentDisc name={agent.name} seed={agent._id} own />;
  return (
    <nav className={styles.rail} aria-label="Main">
      <Mark size={28} className={styles.mark} />
      <Link href="/" className={styles.place} aria-current="page" aria-label="Inbox" title="Inbox">
        <Icon name="inbox" />
        <span className={styles.name} aria-hidden="true">
          Inbox
        </span>
      </Link>
      <span className={styles.gap} />
      <div className={styles.foot}>
        <AccountMenu
          agent={agent}
          trigger={disc}
          triggerClassName={styles.account}
          place="railFoot"
          {...out}
        />
      </div>
      <div className={styles.bar}>
        <AccountMenu
          agent={agent}
          trigger={
            <>
              {disc}
              <span className={styles.name}>Account</span>
            </>
          }
          triggerClassName={styles.place}
          place="barTop"
          {...out}
        />
      </div>
    </nav>
  );
}

interface RailProps extends SignOutProps {
  agent: AgentRow;
  emulatorConsole?: string | undefined;
}
