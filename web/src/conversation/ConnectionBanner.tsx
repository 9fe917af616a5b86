import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { useAfter } from '../ui/useAfter';
import styles from './ConnectionBanner.module.css';

const QUIET_MS = 2_000;

/** Says so when the connection has been gone for 2 s; gone itself at once when it is back. */
export function ConnectionBanner({ state, waiting, onTryNow }: ConnectionBannerProps) {
  const isShown = useAfter(state !== 'online', QUIET_MS);
  return (
    <div role="status" className={styles.place}>
      {isShown ? (
        <div className={styles.banner}>
          <Icon name={state === 'offline' ? 'offline' : 'refresh'} size={16} />
          <span className={styles.words}>{words(state, waiting)}</span>
          {state === 'offline' ? (
            <Button look="text" small className={styles.again} onClick={onTryNow}>
              Try now
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

interface ConnectionBannerProps {
  state: 'online' | 'connecting' | 'offline';
  /** Messages of this browser that have not reached the server. */
  waiting: number;
  onTryNow: () => void;
}

function words(state: ConnectionBannerProps['state'], waiting: number): string {
  const lost = state === 'offline' ? 'Offline' : 'Reconnecting…';
  if (waiting === 0) return lost;
  const which = waiting === 1 ? '1 message waits' : `${waiting} messages wait`;
  return state === 'offline' ? `Offline. ${which} for the network` : `${lost} ${which}`;
}
