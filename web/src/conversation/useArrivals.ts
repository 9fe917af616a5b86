import { useEffect, useRef, useState } from 'react';
import { previewOf } from '../domain/preview';
import type { TimelineItem } from '../domain/timeline';
import type { Phrase } from '../ui/LiveRegion';

const KEPT = 3;

/** What has come in since the conversation was opened, to be read out once. */
export function useArrivals(items: readonly TimelineItem[]): readonly Phrase[] {
  const [phrases, setPhrases] = useState<readonly Phrase[]>([]);
  const spokenUpTo = useRef<number | null>(null);
  useEffect(() => {
    const from = spokenUpTo.current;
    const newest = items.findLast((item) => item.pos !== null)?.pos;
    if (newest === undefined || newest === null) return;
    spokenUpTo.current = newest;
    if (from === null || newest <= from) return;
    const fresh = items
      .filter((item) => item.message.direction === 'inbound' && (item.pos ?? 0) > from)
      .map(phraseOf)
      .slice(-KEPT);
    setPhrases((now) => [...now, ...fresh].slice(-KEPT));
  }, [items]);
  return phrases;
}

function phraseOf({ key, message }: TimelineItem): Phrase {
  return { key, text: `${message.sender_name}: ${previewOf(message).text}` };
}
