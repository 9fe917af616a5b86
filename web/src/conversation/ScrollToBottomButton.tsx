import { Icon } from '../ui/Icon';
import { Pill } from '../ui/Pill';
import styles from './ScrollToBottomButton.module.css';

/** To the newest message; `count` inbound ones have come below what is on screen. */
export function ScrollToBottomButton({ count, onClick }: ScrollToBottomButtonProps) {
  return (
    <button
      type="button"
      className={styles.button}
      onClick={onClick}
      aria-label={count === 0 ? 'To the newest message' : undefined}
      title="To the newest message"
    >
      <Icon name="toBottom" />
      {count === 0 ? null : (
        <Pill
          count={count}
          label={count === 1 ? 'new message below' : 'new messages below'}
          className={styles.count}
        />
      )}
    </button>
  );
}

interface ScrollToBottomButtonProps {
  count: number;
  onClick: () => void;
}
