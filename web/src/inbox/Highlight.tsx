import styles from './Highlight.module.css';

/** The text, with the first place where it says what was typed marked. */
export function Highlight({ text, typed }: { text: string; typed: string }) {
  const wanted = typed.trim().toLocaleLowerCase();
  const at = wanted === '' ? -1 : text.toLocaleLowerCase().indexOf(wanted);
  if (at === -1) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark className={styles.match}>{text.slice(at, at + wanted.length)}</mark>
      {text.slice(at + wanted.length)}
    </>
  );
}
