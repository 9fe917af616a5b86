import { Button } from '../ui/Button';
import { EmptyState } from '../ui/EmptyState';
import { Icon } from '../ui/Icon';
import type { Filter } from './filters';
import styles from './ListEmpty.module.css';

/** A list with no rows, and why. */
export function ListEmpty({ filter, typed, number, onShowAll }: ListEmptyProps) {
  const all = <Button onClick={onShowAll}>Show all</Button>;
  if (typed.trim() !== '') {
    return (
      <EmptyState picture={<Icon name="search" size={40} />} title="No match" action={all}>
        No name, number or last message says “<bdi>{typed.trim().slice(0, 60)}</bdi>”.
      </EmptyState>
    );
  }
  if (filter === 'unread') {
    return (
      <EmptyState picture={<Done />} title="Nothing unread" action={all}>
        Every conversation has been read.
      </EmptyState>
    );
  }
  if (filter === 'unsent') {
    return (
      <EmptyState picture={<Done />} title="Nothing unsent" action={all}>
        Every message has gone where it was meant to go.
      </EmptyState>
    );
  }
  return (
    <EmptyState picture={<TwoBubbles />} title="No conversations yet">
      {number === undefined
        ? 'When somebody writes to your number, it appears here within a second.'
        : `When somebody writes to ${number}, it appears here within a second.`}
    </EmptyState>
  );
}

interface ListEmptyProps {
  filter: Filter;
  typed: string;
  /** The inbox's own number, where there is one inbox. */
  number: string | undefined;
  onShowAll: () => void;
}

function Done() {
  return <Icon name="done" size={40} className={styles.done} />;
}

function TwoBubbles() {
  return (
    <svg className={styles.bubbles} width="96" height="72" viewBox="0 0 96 72" aria-hidden="true">
      <path d="M14 14h52c1 0 1.5 1.2.8 2l-4 4.5V44a8 8 0 0 1-8 8H14a8 8 0 0 1-8-8V22a8 8 0 0 1 8-8z" />
      <path d="M20 28h28M20 37h18" opacity=".5" />
      <path className={styles.mine} d="M72 30h10a8 8 0 0 1 8 8v14a8 8 0 0 1-8 8H60a8 8 0 0 1-8-8" />
    </svg>
  );
}
