import { memo, useState, type ReactNode } from 'react';
import { readMessageText, type TextNode } from '../domain/messageText';
import { cx } from '../ui/cx';
import styles from './MessageText.module.css';

/**
 * A message's words, with WhatsApp's marks and safe links, made of React nodes only. `timingId` names the
 * element for the Element Timing API, which looks at the block that holds the text. `spacer` keeps the end
 * of the last line free for time and glyph.
 */
export const MessageText = memo(function MessageText(props: MessageTextProps) {
  const { text, timingId, large, spacer } = props;
  const [isUnfolded, setUnfolded] = useState(false);
  const folded = isLong(text) && !isUnfolded;
  return (
    <>
      <div
        className={cx(styles.text, folded && styles.folded, large && styles.large)}
        elementtiming={timingId}
      >
        <span className={styles.words}>{draw(readMessageText(folded ? cut(text) : text))}</span>
        {folded ? null : spacer}
      </div>
      {folded ? (
        <div className={styles.more}>
          <button type="button" className={styles.unfold} onClick={() => setUnfolded(true)}>
            Read more
          </button>
          {spacer}
        </div>
      ) : null}
    </>
  );
});

interface MessageTextProps {
  text: string;
  timingId: string;
  /** A few emoji and nothing else. */
  large: boolean;
  spacer: ReactNode;
}

const LONG_TEXT = 1_400;
const MANY_LINES = 24;
// What is folded away stays on the page for search and copying, up to a length no agent writes.
const MOST_FOLDED = 8_000;

/** Decided by the text alone, so that the bubble has the same box on every render and in every state. */
function isLong(text: string): boolean {
  if (text.length > LONG_TEXT) return true;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines > MANY_LINES;
}

function cut(text: string): string {
  if (text.length <= MOST_FOLDED) return text;
  // Never through the middle of a surrogate pair.
  return text.slice(0, MOST_FOLDED).replace(/[\ud800-\udbff]$/, '');
}

function draw(nodes: readonly TextNode[]): ReactNode {
  // oxlint-disable-next-line react/no-array-index-key -- the pieces of a text never change places
  return nodes.map((node, index) => <Piece key={index} node={node} />);
}

function Piece({ node }: { node: TextNode }): ReactNode {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'bold':
      return <strong>{draw(node.children)}</strong>;
    case 'italic':
      return <em>{draw(node.children)}</em>;
    case 'strike':
      return <s>{draw(node.children)}</s>;
    case 'code':
      return <code className={styles.code}>{node.text}</code>;
    case 'block':
      return <code className={styles.block}>{node.text}</code>;
    case 'link':
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
          {node.text}
        </a>
      );
  }
}

declare module 'react' {
  interface HTMLAttributes<T> {
    /** Names the element in `PerformanceElementTiming` entries (Element Timing API). */
    elementtiming?: T extends Element ? string : never;
  }
}
