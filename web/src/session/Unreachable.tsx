import { Button } from '../ui/Button';
import { EmptyState } from '../ui/EmptyState';
import { Icon } from '../ui/Icon';
import styles from './Unreachable.module.css';

/** The page is here, the server is not. */
export function Unreachable({ onRetry }: { onRetry: () => void }) {
  return (
    <div className={styles.page} role="alert">
      <EmptyState
        picture={<Icon name="offline" size={40} />}
        title="The server does not answer"
        action={<Button onClick={onRetry}>Try now</Button>}
      >
        It is tried again every few seconds. What you wrote is kept in this browser.
      </EmptyState>
    </div>
  );
}
