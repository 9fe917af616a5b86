/** The ledger: each send WhatsApp accepted, how often, and how far it came. */

import { element, icon } from '/assets/elements.js';
import { control } from '/assets/emulator.js';

/** @typedef {{wamid: string, to: string, type: string, body: any, opaque: string | null,
 *   status: string, failed_code: number | null, times: Record<string, string | null>}} Entry */

const KEPT_ROWS = 200;
const GLYPHS = {
  accepted: ['s-sending', 'Accepted'],
  sent: ['s-sent', 'Sent'],
  delivered: ['s-delivered', 'Delivered'],
  read: ['s-read', 'Read'],
  failed: ['s-failed', 'Failed'],
};
const STAGES = ['accepted', 'sent', 'delivered', 'read', 'failed'];
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

export class Ledger {
  /**
   * @param {HTMLElement} root
   * @param {import('./wire.js').People} people
   */
  constructor(root, people) {
    this.root = root;
    this.people = people;
    /** @type {Map<string, {entry: Entry, number: number, row: HTMLElement}>} by wamid */
    this.rows = new Map();
    /** @type {Map<string, number>} how many sends have carried each echo datum */
    this.counts = new Map();
    this.accepted = 0;
    /** @type {Entry[] | null} What comes while the ledger is read: the answer may be older. */
    this.late = null;
    this.build();
  }

  build() {
    this.list = element('div', { class: 'rows', tabindex: '-1' });
    this.sum = element('div', { class: 'sum', role: 'status' });
    this.root.replaceChildren(
      element('h2', { id: 'ledger-title' }, 'Ledger ', element('small', {}, 'what WhatsApp accepted')),
      this.list,
      this.sum,
    );
  }

  async read() {
    /** @type {Entry[]} */
    const late = (this.late = []);
    const entries = await control('GET', 'ledger');
    this.late = null;
    this.rows.clear();
    this.counts.clear();
    this.accepted = 0;
    this.list.replaceChildren();
    for (const entry of [...entries, ...late]) this.put(entry);
    this.showSum();
    this.list.scrollTop = this.list.scrollHeight;
  }

  /**
   * Add an entry, or take over how far it has come.
   * @param {Entry} entry
   */
  put(entry) {
    this.late?.push(entry);
    const { list } = this;
    const wasAtBottom = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
    const known = this.rows.get(entry.wamid);
    if (known) known.entry = entry;
    else this.append(entry);
    for (const row of this.rows.values()) {
      if (row.entry.wamid === entry.wamid || (entry.opaque && row.entry.opaque === entry.opaque)) this.draw(row);
    }
    this.showSum();
    if (wasAtBottom) list.scrollTop = list.scrollHeight;
  }

  /** @param {Entry} entry */
  append(entry) {
    this.accepted += 1;
    if (entry.opaque) this.counts.set(entry.opaque, (this.counts.get(entry.opaque) ?? 0) + 1);
    const row = element('button', { class: 'send-row', 'aria-expanded': 'false' });
    row.addEventListener('click', () => this.toggle(entry.wamid));
    this.rows.set(entry.wamid, { entry, number: this.accepted, row });
    this.list.append(row);
    for (const [wamid, old] of this.rows) {
      if (this.rows.size <= KEPT_ROWS) break;
      if (old.row.nextElementSibling?.classList.contains('way')) old.row.nextElementSibling.remove();
      old.row.remove();
      this.rows.delete(wamid);
    }
  }

  /** @param {{entry: Entry, number: number, row: HTMLElement}} of */
  draw({ entry, number, row }) {
    const [symbol, words] = GLYPHS[entry.status];
    const times = entry.opaque ? this.counts.get(entry.opaque) ?? 1 : 1;
    const name = this.people.nameOf(entry.to);
    const first = name.startsWith('+') ? name : name.split(' ')[0];
    row.dataset.wamid = entry.wamid;
    row.dataset.status = entry.status;
    row.classList.toggle('twice', times > 1);
    row.replaceChildren(
      element('span', { class: 'number' }, String(number)),
      element('span', { class: 'words' }, inWords(entry)),
      element('span', { class: 'who-got' }, first),
      icon(symbol, `tick ${entry.status}`, words),
      element('span', { class: 'times' }, `×${times}`),
    );
    const way = row.nextElementSibling;
    if (way?.classList.contains('way')) way.replaceWith(journey(entry));
  }

  /** @param {string} wamid */
  toggle(wamid) {
    const found = this.rows.get(wamid);
    if (!found) return;
    const isOpen = found.row.getAttribute('aria-expanded') === 'true';
    found.row.setAttribute('aria-expanded', String(!isOpen));
    if (isOpen) found.row.nextElementSibling?.remove();
    else found.row.after(journey(found.entry));
  }

  showSum() {
    const twice = [...this.counts.values()].filter((count) => count > 1).length;
    const words = twice
      ? `${this.accepted} accepted, ${twice} of them more than once`
      : this.accepted
        ? `${this.accepted} accepted, each exactly once`
        : 'Nothing accepted yet';
    this.sum.className = `sum ${twice ? 'bad' : this.accepted ? 'good' : ''}`;
    this.sum.replaceChildren(icon(twice ? 'i-alert' : 'i-resolve', 'i16'), words);
  }
}

/** @param {Entry} entry */
function inWords(entry) {
  if (entry.type === 'text') return String(entry.body);
  if (entry.type === 'template') return String(entry.body?.name ?? 'template');
  return String(entry.body?.caption ?? entry.body?.body?.text ?? entry.type);
}

/**
 * The stages it has come to, and its two ids.
 * @param {Entry} entry
 */
function journey(entry) {
  const stages = STAGES.filter((stage) => entry.times[stage]).map((stage) => {
    const at = /** @type {string} */ (entry.times[stage]);
    const code = stage === 'failed' && entry.failed_code ? ` ${entry.failed_code}` : '';
    return [element('dt', {}, `${GLYPHS[stage][1]}${code}`), element('dd', {}, clock.format(new Date(at)))];
  });
  const ids = [
    ['Echo datum', entry.opaque ?? 'none'],
    ['wamid', entry.wamid],
  ].map(([name, id]) => [element('dt', {}, name), element('dd', { class: 'id' }, id)]);
  return element('dl', { class: 'way' }, ...stages.flat(), ...ids.flat());
}
