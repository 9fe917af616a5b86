import type { ReactionRow } from '../../protocol/shapes';
import styles from './Reactions.module.css';

/** What people have put on a message, over its lower edge: each emoji once, and how many they are. */
export function Reactions({ reactions }: { reactions: readonly ReactionRow[] }) {
  if (reactions.length === 0) return null;
  const emoji = [...new Set(reactions.map((reaction) => reaction.emoji))];
  const spoken = reactions.map(({ sender_name: name, emoji: one }) => `${name}: ${one}`).join(', ');
  return (
    <span className={styles.chip} role="img" aria-label={`Reactions: ${spoken}`} title={spoken}>
      {emoji.slice(0, MOST_SHOWN).join('\u200a')}
      {reactions.length > 1 ? <b className={styles.count}>{reactions.length}</b> : null}
    </span>
  );
}

const MOST_SHOWN = 3;
