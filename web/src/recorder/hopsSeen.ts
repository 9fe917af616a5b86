/** What this page has seen of its own messages and not told the server for good. Ids and times only. */

import { reportTraces } from '../api/traces';
import type { Hop, ReportedHop } from '../protocol/shapes';

type SeenName = ReportedHop['name'];

interface Seen {
  hops: ReportedHop[];
  /** Something of it has not been reported. */
  isNew: boolean;
}

const MOST_KEPT = 200;
const MOST_AT_ONCE = 50;
const MOST_HOPS = 40;
const STORE = 'forthwith-hops';

const seen = new Map<string, Seen>();

/** Notes a hop. `at`: milliseconds since the epoch. */
export function note(clientId: string, name: SeenName, at: number): void {
  const known = seen.get(clientId) ?? { hops: [], isNew: true };
  if (name !== 'posted' && known.hops.some((hop) => hop.name === name)) return;
  if (known.hops.length >= MOST_HOPS) return;
  seen.delete(clientId);
  // The oldest first: what is kept longest is forgotten first.
  seen.set(clientId, { hops: [...known.hops, { name, at: Math.round(at) }], isNew: true });
  const [oldest] = seen.keys();
  if (seen.size > MOST_KEPT && oldest !== undefined) seen.delete(oldest);
}

export function isFollowed(clientId: string): boolean {
  return seen.has(clientId);
}

export function forget(clientId: string): void {
  seen.delete(clientId);
}

/** In the shape of a trace, for a message the server has not stored. */
export function seenHops(clientId: string): Hop[] {
  let tries = 0;
  return (seen.get(clientId)?.hops ?? []).map(({ name, at }) => ({
    name,
    at: new Date(at).toISOString(),
    clock: 'browser',
    nth: name === 'posted' ? ++tries : 1,
  }));
}

let reporting = Promise.resolve();

/** Tells the server what is new of the messages it has stored. Best effort: what fails is told again later. */
export function report(): Promise<void> {
  reporting = reporting.then(() => send(false));
  return reporting;
}

/** The page goes: what the server has stored is told at once, the rest waits in this tab for the next page. */
export function reportAtLast(): void {
  void send(true);
  const waiting = [...seen].filter(([, { hops }]) => !isStored(hops));
  try {
    sessionStorage.setItem(STORE, JSON.stringify(waiting.map(([id, { hops }]) => [id, hops])));
  } catch {
    // Storage is full or denied: the trace begins with the next page.
  }
}

async function send(keepalive: boolean): Promise<void> {
  const told = [...seen].filter(([, { hops, isNew }]) => isNew && isStored(hops));
  const batch = told.slice(0, MOST_AT_ONCE);
  if (batch.length === 0) return;
  for (const [clientId, each] of batch) seen.set(clientId, { ...each, isNew: false });
  try {
    const traces = batch.map(([clientId, { hops }]) => ({ client_id: clientId, hops }));
    await reportTraces({ traces }, keepalive);
  } catch {
    for (const [clientId] of batch) {
      const now = seen.get(clientId);
      if (now) seen.set(clientId, { ...now, isNew: true });
    }
  }
}

function isStored(hops: readonly ReportedHop[]): boolean {
  return hops.some((hop) => hop.name === 'answered');
}

/** What the page before this one has left in this tab. */
export function takeFromLastPage(): void {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(STORE) ?? '[]');
    sessionStorage.removeItem(STORE);
    for (const [clientId, hops] of kept as [string, ReportedHop[]][]) {
      for (const { name, at } of hops) note(clientId, name, at);
    }
  } catch {
    // Not ours, or denied.
  }
}
