import { Skeleton } from '../ui/Skeleton';
import { useAfter } from '../ui/useAfter';
import styles from './ListSkeleton.module.css';

const WIDTHS: readonly (readonly [string, string])[] = [
  ['43%', '71%'],
  ['39%', '85%'],
  ['48%', '77%'],
  ['40%', '64%'],
  ['38%', '62%'],
  ['48%', '79%'],
  ['45%', '87%'],
];

/** The list on its way: nothing for 300 ms, then still shapes. */
export function ListSkeleton() {
  const isShown = useAfter(true, 300);
  return (
    <div role="status" aria-label="Loading conversations">
      {isShown
        ? WIDTHS.map(([name, words]) => (
            <div key={words} className={styles.row}>
              <span className={styles.avatar}>
                <Skeleton width={40} height={40} round />
              </span>
              <span className={styles.words}>
                <Skeleton width={name} height={11} />
                <Skeleton width={words} height={10} />
              </span>
            </div>
          ))
        : null}
    </div>
  );
}
