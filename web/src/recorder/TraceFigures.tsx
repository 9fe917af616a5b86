import type { Flight } from './flight';
import styles from './TraceFigures.module.css';
import { duration } from './words';

/** The three times that matter to whoever pressed Enter. */
export function TraceFigures({ flight }: { flight: Flight }) {
  return (
    <dl className={styles.figures}>
      <Figure name="Enter to screen" ms={flight.toScreen} />
      <Figure name="Enter to WhatsApp" ms={flight.toWhatsApp} />
      <Figure name="Enter to phone" ms={flight.toPhone} />
    </dl>
  );
}

function Figure({ name, ms }: { name: string; ms: number | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{ms === null ? <span aria-label="not known">–</span> : duration(ms)}</dd>
    </div>
  );
}
