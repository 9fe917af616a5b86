import { useState, type ReactNode } from 'react';
import { cx } from './cx';
import styles from './StatusGlyph.module.css';

/**
 * The state of an own message as a shape in a box of 18 x 14, with its name for a screen reader.
 * The front tick never moves and is the same element from sent to read; what is added fades in.
 */
export function StatusGlyph({ status }: { status: GlyphStatus }) {
  const [first] = useState(status);
  const look = LOOKS[status];
  if (look === undefined) return null;
  return (
    <svg
      className={cx(styles.glyph, look.tone === undefined ? null : styles[look.tone])}
      width="18"
      height="14"
      viewBox="0 0 18 14"
      role="img"
      aria-label={look.spoken}
    >
      {look.layers.map((layer) => (
        <g key={layer} className={status === first ? undefined : styles.added}>
          {LAYERS[layer]}
        </g>
      ))}
    </svg>
  );
}

/** What a screen reader says for a status; nothing for inbound messages. */
export function spokenStatus(status: GlyphStatus): string {
  return LOOKS[status]?.spoken ?? '';
}

const LAYERS = {
  clock: (
    <>
      <circle cx="11" cy="7" r="4.75" />
      <path d="M11 4.5V7l1.7 1" />
    </>
  ),
  network: (
    <>
      <path d="M4.6 5.3a9.2 9.2 0 0 1 3.2-2M17.4 5.3a9.2 9.2 0 0 0-5.9-2.5M7.6 8.3a5 5 0 0 1 1.9-1.1" />
      <path d="M11 11.6v.1" strokeWidth="2.2" />
      <path d="M6 1.5l9.5 10.5" />
    </>
  ),
  tick: <path d="M8.9 9.1l.9.9L16 3.3" />,
  tickFoot: <path d="M7 7.2l1.9 1.9" />,
  secondTick: <path d="M2 7.2 4.8 10 11 3.3" />,
  underline: <path d="M2.5 12.75h13" />,
  triangle: (
    <path
      d="M6.8 2.3v6.8c0 .5.6.8 1 .5l5.2-3.4c.4-.3.4-.8 0-1L7.8 1.8c-.4-.3-1 0-1 .5z"
      fill="currentColor"
      stroke="none"
    />
  ),
  doubt: (
    <>
      <path d="M11 2.25a4.75 4.75 0 1 1-.01 0" strokeDasharray="2.2 1.53" />
      <path d="M9.8 5.9a1.25 1.25 0 1 1 1.85 1.1c-.4.22-.65.45-.65.9" />
      <path d="M11 9.3v.05" />
    </>
  ),
  failure: (
    <>
      <circle cx="11" cy="7" r="5.5" fill="currentColor" stroke="none" />
      <path className={styles.inside} d="M11 4.2v3.2M11 9.5v.1" strokeWidth="1.6" />
    </>
  ),
} satisfies Record<string, ReactNode>;

/** What a glyph can stand for; `received` has none. */
export type GlyphStatus =
  | 'received'
  | 'sending'
  | 'waiting'
  | 'asking'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'played'
  | 'unconfirmed'
  | 'failed';

interface Look {
  layers: readonly (keyof typeof LAYERS)[];
  spoken: string;
  tone?: 'read' | 'failed' | 'unconfirmed';
}

const LOOKS: Record<GlyphStatus, Look | undefined> = {
  received: undefined,
  sending: { layers: ['clock'], spoken: 'Sending' },
  waiting: { layers: ['network'], spoken: 'Waiting to be sent' },
  asking: { layers: ['network'], spoken: 'Not sent yet' },
  sent: { layers: ['tick', 'tickFoot'], spoken: 'Sent' },
  delivered: { layers: ['tick', 'secondTick'], spoken: 'Delivered' },
  read: { layers: ['tick', 'secondTick', 'underline'], spoken: 'Read', tone: 'read' },
  played: { layers: ['triangle', 'underline'], spoken: 'Played', tone: 'read' },
  unconfirmed: {
    layers: ['doubt'],
    spoken: 'WhatsApp did not answer; it may have arrived',
    tone: 'unconfirmed',
  },
  failed: { layers: ['failure'], spoken: 'Not sent', tone: 'failed' },
};
