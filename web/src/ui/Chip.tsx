import type { ButtonHTMLAttributes } from 'react';
import { cx } from './cx';
import styles from './Chip.module.css';

/** A filter that is on or off; `count` as the caller writes it ("6", "50+"). */
export function Chip({ on, count, children, ...rest }: ChipProps) {
  return (
    <button type="button" {...rest} className={cx(styles.chip, on && styles.on)} aria-pressed={on}>
      {children}
      {count === undefined ? null : <span className={styles.count}>{count}</span>}
    </button>
  );
}

interface ChipProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  on: boolean;
  count?: string | undefined;
}
