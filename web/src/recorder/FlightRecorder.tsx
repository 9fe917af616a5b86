import { useEffect, useRef } from 'react';
import { useConversationRow } from '../cache/conversations';
import { contactName } from '../domain/preview';
import type { TraceWanted } from '../domain/traceWanted';
import { IconButton } from '../ui/IconButton';
import { useEscape } from '../ui/useEscape';
import { CopyTrace } from './CopyTrace';
import { flightOf, isShown, marksOf } from './flight';
import styles from './FlightRecorder.module.css';
import { HopRow } from './HopRow';
import { TraceFigures } from './TraceFigures';
import { TraceIds } from './TraceIds';
import { usePlace } from './usePlace';
import { useTrace } from './useTrace';
import { wordsOf } from './words';

/** A message's life on a logarithmic axis, from recorded times, beside the message it is about. */
export function FlightRecorder({ wanted, ownName, onClose }: FlightRecorderProps) {
  const { clientId, text, opener, senderName } = wanted;
  const box = useRef<HTMLDivElement>(null);
  const known = useTrace(clientId);
  const conversation = useConversationRow(wanted.conversationId ?? '');
  const contact = conversation ? contactName(conversation.contact) : 'the contact';
  const place = usePlace(box, opener);
  const close = () => {
    onClose();
    giveFocusBack(opener);
  };
  useEscape(close);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  useOutsidePress(box, onClose);

  const flight = flightOf(known?.hops ?? []);
  const marks = marksOf(flight);
  const facts = { pos: known?.trace?.pos ?? null, sender: senderName ?? 'you', contact };
  const words = (hop: Parameters<typeof wordsOf>[0]) =>
    wordsOf(hop.by === ownName ? { ...hop, by: 'You' } : hop, facts);
  const shown = flight.hops.filter(isShown);
  return (
    <div
      ref={box}
      className={styles.recorder}
      style={place.style}
      data-tail={place.tail}
      role="dialog"
      aria-labelledby="flight-recorder"
      tabIndex={-1}
    >
      <div className={styles.head}>
        <div className={styles.about}>
          <h2 id="flight-recorder">Flight recorder</h2>
          <p dir="auto">“{text}”</p>
        </div>
        <CopyTrace trace={known?.trace ?? null} clientId={clientId} flight={flight} words={words} />
        <IconButton icon="close" label="Close" onClick={close} />
      </div>
      <TraceFigures flight={flight} />
      <div className={styles.body}>
        <div className={styles.axis} aria-hidden="true">
          <div className={styles.marks}>
            {marks.map((mark, index) => (
              <span
                key={mark}
                style={{ insetInlineStart: `${(100 * index) / (marks.length - 1)}%` }}
              >
                {marks.length > 7 && index % 2 === 1 ? '' : mark}
              </span>
            ))}
          </div>
        </div>
        <div className={styles.hops}>
          <div className={styles.grid} aria-hidden="true">
            {marks.map((mark, index) => (
              <i
                key={mark}
                style={{ insetInlineStart: `${(100 * index) / (marks.length - 1)}%` }}
              />
            ))}
          </div>
          <ol aria-label="What has happened">
            {shown.map((placed, index) => {
              const [title, sentence] = words(placed.hop);
              return (
                <HopRow
                  // A hop is never changed once it is noted; others may come before it.
                  key={`${placed.hop.name} ${placed.hop.at} ${placed.hop.attempt ?? 0}`}
                  placed={placed}
                  title={title}
                  words={sentence}
                  before={shown[index - 1]?.ms ?? null}
                  decades={marks.length - 1}
                />
              );
            })}
          </ol>
        </div>
      </div>
      <TraceIds
        clientId={clientId}
        trace={known?.trace ?? null}
        isKnown={known !== null}
        ahead={flight.serverAheadMs}
      />
    </div>
  );
}

interface FlightRecorderProps {
  wanted: TraceWanted;
  ownName: string;
  onClose: () => void;
}

function giveFocusBack(opener: HTMLElement): void {
  const composer = document.querySelector<HTMLElement>('[data-composer] textarea');
  (opener.isConnected ? opener : composer)?.focus({ preventScroll: true });
}

function useOutsidePress(box: React.RefObject<HTMLElement | null>, onPress: () => void): void {
  const pressed = useRef(onPress);
  useEffect(() => {
    pressed.current = onPress;
  });
  useEffect(() => {
    const handle = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) pressed.current();
    };
    document.addEventListener('pointerdown', handle, true);
    return () => document.removeEventListener('pointerdown', handle, true);
  }, [box]);
}
