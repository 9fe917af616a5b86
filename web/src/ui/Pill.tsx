import styles from './Pill.module.css';
import { VisuallyHidden } from './VisuallyHidden';

/** A count; `label` completes it for a screen reader ("unread messages"). Above 999 it says so. */
export function Pill({ count, label, className }: PillProps) {
  return (
    <span className={`${styles.pill ?? ''} ${className ?? ''}`}>
      {count > 999 ? '999+' : count}
      <VisuallyHidden> {label}</VisuallyHidden>
    </span>
  );
}

interface PillProps {
  count: number;
  label: string;
  className?: string | undefined;
}
