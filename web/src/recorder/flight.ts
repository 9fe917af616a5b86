/** A trace laid on one axis: milliseconds since Enter, by the browser's clock. */

import type { Hop } from '../protocol/shapes';

export interface PlacedHop {
  hop: Hop;
  /** By the sender's browser's clock, as far as it can be known. */
  at: number;
  /** Since the first hop. */
  ms: number;
}

export interface Flight {
  hops: readonly PlacedHop[];
  /** How far the server's clock is ahead of the browser's; its times have been moved by so much. */
  serverAheadMs: number;
  /** Milliseconds since the first hop; null: it has not happened, or nobody saw it. */
  toScreen: number | null;
  toWhatsApp: number | null;
  toPhone: number | null;
}

/**
 * The two clocks may differ. What is known for certain is that the server stored the message after it was posted
 * and before it answered; its times are moved so that this holds, and not at all where it holds already.
 */
export function flightOf(hops: readonly Hop[]): Flight {
  const serverAheadMs = serverAhead(hops);
  const placed = hops
    .map((hop) => ({ hop, at: Date.parse(hop.at) - (hop.clock === 'browser' ? 0 : serverAheadMs) }))
    .toSorted((one, other) => one.at - other.at);
  const start = placed[0]?.at ?? 0;
  const since = (...names: Hop['name'][]) => {
    const first = placed.find(({ hop }) => names.includes(hop.name));
    return first && placed[0]?.hop.name === 'enter' ? first.at - start : null;
  };
  return {
    hops: placed.map(({ hop, at }) => ({ hop, at, ms: at - start })),
    serverAheadMs,
    toScreen: since('painted'),
    toWhatsApp: since('accepted', 'sent', 'delivered', 'read', 'played'),
    toPhone: since('delivered', 'read', 'played'),
  };
}

function serverAhead(hops: readonly Hop[]): number {
  const first = (name: Hop['name']) => {
    const hop = hops.find((each) => each.name === name);
    return hop ? Date.parse(hop.at) : null;
  };
  const stored = first('stored');
  const posted = first('posted') ?? first('enter');
  const answered = first('answered');
  if (stored === null || posted === null) return 0;
  if (stored >= posted && (answered === null || stored <= answered)) return 0;
  // Half-way between, the error is at most half the time that the POST took.
  return Math.round(stored - (answered === null ? posted : (posted + answered) / 2));
}

/** Place on the logarithmic axis, from 0 (1 ms or less) to 1 (its end). */
export function placeOf(ms: number, decades: number): number {
  return Math.min(1, Math.log10(Math.max(1, ms)) / decades);
}

const MARKS = [
  '1 ms',
  '10',
  '100',
  '1 s',
  '10 s',
  '100 s',
  '17 min',
  '3 h',
  '28 h',
  '12 d',
  '116 d',
];

/** What stands above the axis: five decades, 1 ms to 100 s, or as many as it takes. */
export function marksOf(flight: Flight): string[] {
  const longest = Math.max(1, flight.hops.at(-1)?.ms ?? 1);
  const decades = Math.min(MARKS.length - 1, Math.max(5, Math.ceil(Math.log10(longest))));
  return MARKS.slice(0, decades + 1);
}

/** The usual life needs no line for these; the copy has them. */
export function isShown({ hop }: PlacedHop): boolean {
  if (hop.name === 'posted') return (hop.nth ?? 1) > 1;
  return hop.name !== 'answered' && hop.name !== 'drawn';
}
