import { useState, type KeyboardEvent, type RefObject } from 'react';
import { Chip } from '../ui/Chip';
import { cx } from '../ui/cx';
import { Icon } from '../ui/Icon';
import { IconButton } from '../ui/IconButton';
import { Kbd } from '../ui/Kbd';
import { Mark } from '../ui/Mark';
import type { Filter } from './filters';
import styles from './ListHead.module.css';

const FILTERS: readonly { filter: Filter; name: string }[] = [
  { filter: 'all', name: 'All' },
  { filter: 'unread', name: 'Unread' },
  { filter: 'unsent', name: 'Unsent' },
];

/** Title, search field and filters above the list. */
export function ListHead(props: ListHeadProps) {
  const { field, typed, onType, filter, onFilter, counts, onLeaveSearch } = props;
  // On a phone the field is folded behind a button until it is asked for.
  const [isUnfolded, setUnfolded] = useState(false);

  const fold = () => {
    onType('');
    setUnfolded(false);
  };
  const handleKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      if (typed !== '') return onType('');
      fold();
      onLeaveSearch();
    } else if (event.key === 'ArrowDown' || (event.key === 'Enter' && typed.trim() !== '')) {
      if (event.nativeEvent.isComposing) return;
      event.preventDefault();
      onLeaveSearch(event.key === 'Enter');
    }
  };

  return (
    <header>
      <div className={styles.title}>
        <Mark size={28} className={styles.mark} />
        <h1>Inbox</h1>
        <IconButton
          icon="search"
          label="Search"
          className={styles.unfold}
          on={isUnfolded}
          aria-expanded={isUnfolded}
          onClick={() => {
            if (isUnfolded) fold();
            else setUnfolded(true);
            requestAnimationFrame(() => field.current?.focus());
          }}
        />
      </div>
      <div className={cx(styles.search, isUnfolded && styles.unfolded)} role="search">
        <Icon name="search" size={16} />
        <input
          ref={field}
          type="text"
          inputMode="search"
          enterKeyHint="search"
          autoComplete="off"
          spellCheck={false}
          placeholder="Search name, number or words"
          aria-label="Search conversations"
          value={typed}
          onChange={(event) => onType(event.target.value)}
          onKeyDown={handleKey}
        />
        {typed === '' ? (
          <Kbd>{SHORTCUT}</Kbd>
        ) : (
          <IconButton
            icon="close"
            label="Clear the search"
            className={styles.clear}
            onClick={() => {
              onType('');
              field.current?.focus();
            }}
          />
        )}
      </div>
      <div className={styles.chips} role="group" aria-label="Show">
        {FILTERS.map(({ filter: each, name }) => (
          <Chip key={each} on={filter === each} count={counts[each]} onClick={() => onFilter(each)}>
            {name}
          </Chip>
        ))}
      </div>
    </header>
  );
}

const SHORTCUT = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';

interface ListHeadProps {
  field: RefObject<HTMLInputElement | null>;
  typed: string;
  onType: (typed: string) => void;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  counts: Partial<Record<Filter, string | undefined>>;
  /** From the field into the list; `open`: and straight into its first conversation. */
  onLeaveSearch: (open?: boolean) => void;
}
