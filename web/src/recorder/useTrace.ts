import { useEffect, useState } from 'react';
import { fetchTrace } from '../api/traces';
import { rowApplied } from '../cache/applyRow';
import { pause } from '../domain/pause';
import type { Hop, Trace } from '../protocol/shapes';
import { report, seenHops } from './hopsSeen';

const LOOK_AGAIN_MS = 2_000;
const REPORT_WITHIN_MS = 1_000;
/** Nothing but a person or a late failure changes these, and then the row changes too. */
const ENDED = new Set(['read', 'played', 'failed']);

export interface KnownTrace {
  /** Null: the server has not stored the message, or does not answer. */
  trace: Trace | null;
  hops: readonly Hop[];
}

/** The trace of a message, as new as the events: asked for anew when its row changes, and now and then until it ends. */
export function useTrace(clientId: string): KnownTrace | null {
  const [known, setKnown] = useState<KnownTrace | null>(null);
  useEffect(() => {
    const closing = new AbortController();
    const { signal } = closing;
    let again: ReturnType<typeof setTimeout> | undefined;
    let asked = 0;
    const look = async () => {
      const turn = ++asked;
      clearTimeout(again);
      // What this browser saw goes first, so that it is in the answer; but the answer does not wait long for it.
      await Promise.race([report(), pause(REPORT_WITHIN_MS, signal)]);
      const trace = await fetchTrace(clientId).catch(() => null);
      if (signal.aborted || turn !== asked) return;
      setKnown((before) => {
        const newest = trace ?? before?.trace ?? null;
        return { trace: newest, hops: newest?.hops ?? seenHops(clientId) };
      });
      if (!ENDED.has(trace?.status ?? '')) again = setTimeout(() => void look(), LOOK_AGAIN_MS);
    };
    void look();
    const unsubscribe = rowApplied.subscribe(({ row }) => {
      if (row.client_id === clientId) void look();
    });
    return () => {
      closing.abort();
      clearTimeout(again);
      unsubscribe();
    };
  }, [clientId]);
  return known;
}
