import { cx } from './cx';
import { hash } from './hash';
import styles from './Avatar.module.css';

const DIAMETER = { row: 48, head: 40, panel: 80 } as const;

/**
 * A contact's initials on one of six muted grounds, inside the service window's ring.
 * The drawing repeats what stands beside it in words, so it is hidden from screen readers.
 */
export function Avatar({ name, seed, size = 'row', ring = null }: AvatarProps) {
  const box = DIAMETER[size];
  return (
    <span className={cx(styles.avatar, styles[size], styles[hueOf(seed)])} aria-hidden="true">
      {ring === null ? null : <Ring box={box} ring={ring} />}
      <b className={styles.disc}>{initialsOf(name)}</b>
    </span>
  );
}

/** `left`: the share of the window that is left, 0 to 1; `low`: little time is left; null: closed. */
export interface WindowRing {
  left: number;
  low: boolean;
}

interface AvatarProps {
  name: string;
  /** Decides the ground; the contact's id, so that a new name keeps the colour. */
  seed: string;
  size?: keyof typeof DIAMETER;
  ring?: WindowRing | 'closed' | null;
}

/** What is left runs clockwise from the top. */
function Ring({ box, ring }: { box: number; ring: WindowRing | 'closed' }) {
  const centre = box / 2;
  const radius = centre - 1;
  const around = 2 * Math.PI * radius;
  if (ring === 'closed') {
    return (
      <svg className={styles.ring} viewBox={`0 0 ${box} ${box}`}>
        <circle className={styles.closed} cx={centre} cy={centre} r={radius} />
      </svg>
    );
  }
  const shown = Math.max(0, Math.min(1, ring.left)) * around;
  return (
    <svg className={styles.ring} viewBox={`0 0 ${box} ${box}`}>
      <circle className={styles.track} cx={centre} cy={centre} r={radius} />
      <circle
        className={cx(styles.left, ring.low && styles.low)}
        cx={centre}
        cy={centre}
        r={radius}
        strokeDasharray={`${shown.toFixed(1)} ${around.toFixed(1)}`}
      />
    </svg>
  );
}

const HUES = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const;

function hueOf(seed: string): (typeof HUES)[number] {
  return HUES[hash(seed) % HUES.length] ?? 'h1';
}

/** "Ines Okafor" IO, "@gravelgoose" G, "+44 7700 900142" 42: the last two digits tell numbers apart. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  if (/^\+?[\d\s().-]+$/.test(name)) return name.replace(/\D/g, '').slice(-2);
  const letters = words.map((word) => word.match(/[\p{L}\p{N}]/u)?.[0] ?? '').filter(Boolean);
  const first = letters[0] ?? '?';
  const last = letters.length > 1 ? (letters.at(-1) ?? '') : '';
  return (first + last).toLocaleUpperCase();
}
