import { useContext } from 'react';
import type { Message } from '../../domain/message';
import { contactName, previewOf } from '../../domain/preview';
import { ThreadRows } from '../threadRows';
import styles from './Quote.module.css';

/** The message that this one answers, in a line; pressing it leads there. One that is not loaded yet is still named. */
export function Quote({ of: { reply_to: target } }: { of: Message }) {
  const rows = useContext(ThreadRows);
  const quoted = target === null ? undefined : rows.find(target);
  if (target === null) return null;
  const name = quoted === undefined ? '' : quoted.sender_name || contactName({ name: '' });
  return (
    <button
      type="button"
      className={styles.quote}
      onClick={() => rows.goTo(target)}
      aria-label={
        quoted === undefined
          ? 'Answers an earlier message'
          : `Answers ${name}: ${previewOf(quoted).text}`
      }
    >
      <b dir="auto">{quoted === undefined ? 'An earlier message' : name}</b>
      <span dir="auto">{quoted === undefined ? 'Show it' : previewOf(quoted).text}</span>
    </button>
  );
}
