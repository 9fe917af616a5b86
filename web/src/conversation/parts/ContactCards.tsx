import { linksIn } from '../../domain/links';
import { phoneWords } from '../../domain/preview';
import type { CardLine, ContactCard } from '../../protocol/shapes';
import { Avatar } from '../../ui/Avatar';
import styles from './MessageParts.module.css';

/** People or shops that were handed on, each with all the ways to reach them. */
export function ContactCards({ cards }: { cards: readonly ContactCard[] }) {
  return cards.map((card, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- the cards of a message never change places
    <div key={index} className={styles.card}>
      <Avatar name={card.name} seed={card.name} size="head" />
      <span className={styles.lines}>
        <b dir="auto">{card.name || 'Somebody without a name'}</b>
        {card.organisation === '' || card.organisation === card.name ? null : (
          <span dir="auto">{card.organisation}</span>
        )}
        {card.lines.map((line) => (
          <Line key={`${line.kind} ${line.value}`} line={line} />
        ))}
      </span>
    </div>
  ));
}

function Line({ line }: { line: CardLine }) {
  const label =
    line.label === '' ? null : <em className={styles.label}>{line.label.toLowerCase()}</em>;
  return (
    <span>
      <Value line={line} /> {label}
    </span>
  );
}

const PHONE = /^[+\d\s().-]{3,32}$/;

function Value({ line: { kind, value } }: { line: CardLine }) {
  if (kind === 'phone' && PHONE.test(value)) {
    return (
      <a href={`tel:${value.replace(/[^\d+]/g, '')}`} dir="ltr">
        {phoneWords(value)}
      </a>
    );
  }
  if (kind === 'address' || kind === 'phone') return <bdi>{value}</bdi>;
  // The one place that decides what may be a link, as for texts.
  const link = linksIn(value).find(({ start, end }) => start === 0 && end === value.length);
  if (link === undefined) return <bdi>{value}</bdi>;
  return (
    <a href={link.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
      {link.shown}
    </a>
  );
}
