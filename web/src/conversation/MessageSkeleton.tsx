import styles from './MessageSkeleton.module.css';

const BONES = [
  { width: 210, lines: 1, own: false },
  { width: 260, lines: 2, own: true },
  { width: 190, lines: 1, own: false },
  { width: 230, lines: 1, own: true },
  { width: 120, lines: 1, own: true },
];

/** A conversation on its way, opened for the first time. Show it only after 300 ms. */
export function MessageSkeleton() {
  return (
    <div className={styles.thread} role="status" aria-label="Loading messages">
      {BONES.map((bone) => (
        <span
          key={bone.width}
          className={bone.own ? styles.own : styles.theirs}
          style={{ inlineSize: bone.width, blockSize: 14 + 20 * bone.lines }}
        />
      ))}
    </div>
  );
}
