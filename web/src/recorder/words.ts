import type { Hop } from '../protocol/shapes';

/** What the words need besides the hop. `sender`: "you" for this agent. */
export interface Facts {
  pos: number | null;
  sender: string;
  contact: string;
}

const LOST: Record<NonNullable<Hop['why']>, string> = {
  timeout: 'No answer within {after}',
  broken: 'The connection broke',
  unreadable: 'The answer could not be read',
  fault: 'WhatsApp had a fault of its own{code}',
  stopped: 'The server stopped during the call',
};

const RETURNED: Record<string, string> = {
  stale: 'It had waited too long to go unasked',
  window_closed: 'The service window had closed',
  cancelled: 'Taken back before it left',
};

/** The same as in `forthwith/trace_table.py`; `tests/vectors/hops.json` is run by both. */
const PLAIN: Record<Hop['name'], [title: string, words: string]> = {
  enter: ['Enter', '{sender} pressed it'],
  painted: ['Painted', 'on the screen'],
  posted: ['Posted', 'to the server'],
  stored: ['Stored', 'on disk, place {pos}'],
  answered: ['Answered', 'by the server'],
  drawn: ['Drawn', 'with its time'],
  claimed: ['Handed over', 'attempt {attempt}'],
  accepted: ['Accepted', 'by WhatsApp'],
  sent: ['Sent', 'status came'],
  delivered: ['Delivered', 'to the phone'],
  read: ['Read', 'by {contact}'],
  played: ['Played', 'by {contact}'],
  paced: ['Busy', 'WhatsApp was busy{code}, again in {wait}'],
  held: ['Held', 'WhatsApp holds this number{code}; it waits'],
  not_sent: ['Not reached', 'WhatsApp was not reached, again in {wait}'],
  unanswered: ['No answer', '{lost}; it may have arrived'],
  lapsed: ['Unconfirmed', 'No word came; the next ones go on'],
  again: ['Sent again', '{by} sent it again'],
  refused: ['Refused', 'by WhatsApp{code}'],
  failed: ['Failed', 'WhatsApp reported it later{code}'],
  returned: ['Returned', '{returned}'],
  dismissed: ['Settled', 'by a person'],
  retried: ['Sent anew', 'as a new message'],
};

/** Title and words of a hop. One whose name this page does not know yet keeps its name. */
export function wordsOf(hop: Hop, facts: Facts): [title: string, words: string] {
  const [title, plain] = PLAIN[hop.name] ?? [hop.name, ''];
  const code = hop.code === undefined ? '' : ` (${hop.code})`;
  const wait = hop.until === undefined ? 0 : Date.parse(hop.until) - Date.parse(hop.at);
  const fill: Record<string, string> = {
    code,
    pos: String(facts.pos ?? ''),
    sender: facts.sender,
    contact: facts.contact,
    attempt: String(hop.attempt ?? 0),
    wait: duration(wait),
    by: hop.by ?? 'Somebody',
    returned: RETURNED[hop.reason ?? ''] ?? 'It was not sent',
    lost: LOST[hop.why ?? 'broken']
      .replace('{after}', about(hop.after_ms ?? 0))
      .replace('{code}', code),
  };
  return [
    title,
    shapeOf(hop, plain, facts).replace(/{(\w+)}/g, (_, name: string) => fill[name] ?? ''),
  ];
}

function shapeOf(hop: Hop, plain: string, { sender }: Facts): string {
  if (hop.name === 'posted' && (hop.nth ?? 1) > 1) return `again, try ${hop.nth}`;
  if (hop.name === 'painted' && sender === 'you') return 'on your screen';
  if (hop.late === true) return hop.why ? '{lost}; it had arrived' : 'Arrived after all';
  return plain;
}

/** "7 ms", "1.20 s", "41.7 s", "3 min 20 s", "2 h 5 min"; whole seconds without their noughts. */
export function duration(milliseconds: number): string {
  const ms = Math.round(milliseconds);
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 100_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1).replace(/\.0+$/, '')} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Whole seconds, of what was set in seconds and has taken a little longer. */
function about(milliseconds: number): string {
  return duration(milliseconds < 1_000 ? milliseconds : Math.round(milliseconds / 1_000) * 1_000);
}
