import styles from './Mark.module.css';

/** The mark: an outbound bubble with a forward-leaning f. Never under 16 px. */
export function Mark({ size, className }: { size: number; className?: string | undefined }) {
  return (
    <svg className={className} width={size} height={size} viewBox="0 0 28 28" aria-hidden="true">
      <path
        className={styles.bubble}
        d="M7.5 2.5h19.2c.7 0 1 .9.5 1.4l-2.7 2.6V19a6.5 6.5 0 0 1-6.5 6.5H7.5A6.5 6.5 0 0 1 1 19V9a6.5 6.5 0 0 1 6.5-6.5z"
      />
      <path
        className={styles.letter}
        d="M18 7.7c-2.7-.7-4.5.6-5.2 3.3l-2.6 9.6M7.7 13h8.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
