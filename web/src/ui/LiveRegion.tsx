import styles from './VisuallyHidden.module.css';

/**
 * Reads each new phrase out once, politely. It holds arrivals only: a list that mounts and unmounts its
 * rows must not itself be live, or scrolling back would read the history out (W3C technique ARIA23).
 */
export function LiveRegion({ label, phrases }: { label: string; phrases: readonly Phrase[] }) {
  return (
    <div className={styles.hidden} role="log" aria-label={label} aria-live="polite">
      {phrases.map((phrase) => (
        <p key={phrase.key}>{phrase.text}</p>
      ))}
    </div>
  );
}

export interface Phrase {
  key: string;
  text: string;
}
