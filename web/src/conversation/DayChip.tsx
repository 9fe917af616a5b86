import { dayWords } from '../domain/time';
import { useNow } from '../ui/useNow';
import styles from './DayChip.module.css';

/** "Today", "Yesterday", "Friday", "12 March 2025", centred above the first message of a day. */
export function DayChip({ date }: { date: string }) {
  const now = useNow(60_000);
  return (
    <div className={styles.chip}>
      <time dateTime={date}>{dayWords(date, now)}</time>
    </div>
  );
}
