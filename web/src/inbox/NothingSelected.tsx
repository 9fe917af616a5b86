import { EmptyState } from '../ui/EmptyState';
import { Kbd } from '../ui/Kbd';
import { Mark } from '../ui/Mark';
import styles from './NothingSelected.module.css';

/** The thread's place while no conversation is open. */
export function NothingSelected() {
  return (
    <EmptyState
      picture={<Mark size={56} />}
      title="Nothing selected"
      action={
        <p className={styles.keys}>
          <span>
            <Kbd>J</Kbd>
            <Kbd>K</Kbd> walk the list
          </span>
          <span>
            <Kbd>Enter</Kbd> open
          </span>
          <span>
            <Kbd>/</Kbd> search
          </span>
          <span>
            <Kbd>Esc</Kbd> back
          </span>
        </p>
      }
    >
      Choose a conversation from the list.
    </EmptyState>
  );
}
