import { cx } from '../ui/cx';
import { StatusGlyph } from '../ui/StatusGlyph';
import { placeOf, type PlacedHop } from './flight';
import styles from './HopRow.module.css';
import { duration } from './words';

/** One hop: what happened, a dot on the axis after a line from the hop before, and when. */
export function HopRow({ placed, title, words, before, decades }: HopRowProps) {
  const { hop, ms, at } = placed;
  const [from, to] = [before ?? ms, ms].map((each) => 100 * placeOf(each, decades));
  const isStart = before === null;
  const glyph = GLYPHS[hop.name];
  const isTrouble = TROUBLES.has(hop.name) || hop.late === true;
  return (
    <li className={cx(styles.hop, isTrouble && styles.trouble)} data-hop={hop.name}>
      <span className={styles.glyph}>
        {glyph === undefined ? <i className={styles.point} /> : <StatusGlyph status={glyph} />}
      </span>
      <span className={styles.name}>
        <b>{title}</b> <span className={isTrouble ? styles.sentence : undefined}>{words}</span>
      </span>
      <span className={styles.track} aria-hidden="true">
        <i
          className={styles.line}
          style={{ insetInlineStart: `${from}%`, inlineSize: `${(to ?? 0) - (from ?? 0)}%` }}
        />
        <i
          className={cx(
            styles.dot,
            isStart && styles.start,
            WARNINGS.has(hop.name) && styles.warn,
            hop.name === 'read' && styles.read,
          )}
          style={{ insetInlineStart: `${to}%` }}
        />
      </span>
      <time className={styles.when} dateTime={hop.at}>
        {isStart ? clockTime(at) : `+${duration(ms)}`}
      </time>
    </li>
  );
}

interface HopRowProps {
  placed: PlacedHop;
  title: string;
  words: string;
  /** Milliseconds of the hop before; null for the first. */
  before: number | null;
  decades: number;
}

const GLYPHS = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'played',
  lapsed: 'unconfirmed',
  refused: 'failed',
  failed: 'failed',
  returned: 'failed',
} as Partial<Record<PlacedHop['hop']['name'], Parameters<typeof StatusGlyph>[0]['status']>>;

/** Put off, in doubt, or not sent: the dot has another colour. */
const WARNINGS = new Set([
  'paced',
  'held',
  'not_sent',
  'unanswered',
  'lapsed',
  'refused',
  'failed',
  'returned',
]);

/** Their sentence stands on a line of its own. */
const TROUBLES = new Set([...WARNINGS, 'again', 'dismissed', 'retried', 'posted']);

/** "14:02:04.112", in the browser's zone. */
function clockTime(at: number): string {
  const date = new Date(at);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
