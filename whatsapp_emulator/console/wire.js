/** The wire: each request, answer and webhook as it happened. */

import { element, icon } from '/assets/elements.js';
import { control } from '/assets/emulator.js';
import { picker } from './page.js';

/** @typedef {{number: number, kind: 'call' | 'webhook' | 'handshake' | 'fault' | 'weather', at: string,
 *   what: string, words: string, wa_ids: string[], method: string, path: string,
 *   http: number | null, ended: boolean, error: string | null, attempt: number,
 *   ms: number | null}} Exchange */
/** @typedef {{all: () => import('/assets/emulator.js').Contact[], nameOf: (waId: string) => string}} People */

const KEPT_ROWS = 500;
const FILTERS = [
  ['all', 'All'],
  ['call', 'Calls'],
  ['webhook', 'Webhooks'],
  ['fault', 'Faults'],
];
const ARROWS = {
  call: ['i-right', 'To WhatsApp'],
  webhook: ['i-left', 'From WhatsApp'],
  handshake: ['i-left', 'From WhatsApp'],
  fault: ['i-bolt', 'Fault'],
  weather: ['i-sun', 'Weather'],
};

export class Wire {
  /**
   * @param {HTMLElement} root
   * @param {People} people
   */
  constructor(root, people) {
    this.root = root;
    this.people = people;
    this.filter = 'all';
    /** @type {Map<number, {exchange: Exchange, row: HTMLElement}>} by rising number */
    this.rows = new Map();
    /** @type {Exchange[] | null} What comes while the wire is read: the answer may be older. */
    this.late = null;
    this.build();
  }

  build() {
    this.whose = picker('Whose exchanges', () => this.sift());
    this.filters = FILTERS.map(([name, words]) => this.filterButton(name, words));
    this.list = element('div', { class: 'rows', role: 'log', 'aria-label': 'Wire', 'aria-live': 'off', tabindex: '-1' });
    this.list.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.step(event));
    this.empty = element('p', { class: 'none' }, 'Nothing has passed yet.');
    this.root.replaceChildren(
      element(
        'h2',
        { id: 'wire-title' },
        'Wire ',
        element('small', {}, 'both directions, newest last'),
      ),
      element('div', { class: 'filters' }, this.whose.root, ...this.filters),
      this.list,
    );
  }

  /**
   * @param {string} name
   * @param {string} words
   */
  filterButton(name, words) {
    const button = element('button', { class: 'filter', 'aria-pressed': String(name === this.filter), 'data-filter': name }, words);
    button.addEventListener('click', () => {
      this.filter = name;
      for (const one of this.filters) one.setAttribute('aria-pressed', String(one === button));
      this.sift();
    });
    return button;
  }

  showPeople() {
    this.whose.offer([['', 'Everybody'], ...this.people.all().map((one) => /** @type {[string, string]} */ ([one.wa_id, one.name]))]);
  }

  async read() {
    /** @type {Exchange[]} */
    const late = (this.late = []);
    const exchanges = await control('GET', 'wire');
    this.late = null;
    this.rows.clear();
    this.list.replaceChildren(this.empty);
    for (const exchange of [...exchanges.slice(-KEPT_ROWS), ...late]) this.put(exchange);
    this.list.scrollTop = this.list.scrollHeight;
  }

  /**
   * Add an exchange, or take over its answer.
   * @param {Exchange} exchange
   */
  put(exchange) {
    this.late?.push(exchange);
    const { list } = this;
    const wasAtBottom = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
    const known = this.rows.get(exchange.number);
    if (known) {
      known.exchange = exchange;
      this.draw(known.row, exchange);
      if (known.row.getAttribute('aria-expanded') === 'true') void this.open(known.row, exchange.number);
    } else {
      const row = element('button', { class: 'exchange', 'aria-expanded': 'false' });
      row.addEventListener('click', () => this.toggle(row, exchange.number));
      this.draw(row, exchange);
      row.hidden = !this.isWanted(exchange);
      this.rows.set(exchange.number, { exchange, row });
      list.append(row);
      this.forget();
    }
    this.empty.hidden = this.rows.size > 0;
    this.count();
    if (wasAtBottom) list.scrollTop = list.scrollHeight;
  }

  forget() {
    for (const [number, { row }] of this.rows) {
      if (this.rows.size <= KEPT_ROWS) return;
      if (row.nextElementSibling?.classList.contains('bodies')) row.nextElementSibling.remove();
      row.remove();
      this.rows.delete(number);
    }
  }

  count() {
    const faults = [...this.rows.values()].filter(({ exchange }) => exchange.kind === 'fault').length;
    const button = this.filters.find((one) => one.dataset.filter === 'fault');
    button.textContent = faults ? `Faults ${faults}` : 'Faults';
  }

  /** @param {Exchange} exchange */
  isWanted(exchange) {
    const kind = exchange.kind === 'handshake' ? 'webhook' : exchange.kind;
    const isKind = this.filter === 'all' || kind === this.filter || kind === 'weather';
    return isKind && (!this.whose.value || kind === 'weather' || exchange.wa_ids.includes(this.whose.value));
  }

  sift() {
    for (const { exchange, row } of this.rows.values()) {
      row.hidden = !this.isWanted(exchange);
      const bodies = row.nextElementSibling;
      if (bodies?.classList.contains('bodies')) /** @type {HTMLElement} */ (bodies).hidden = row.hidden;
    }
    this.list.scrollTop = this.list.scrollHeight;
  }

  /**
   * @param {HTMLElement} row
   * @param {Exchange} exchange
   */
  draw(row, exchange) {
    const [symbol, direction] = ARROWS[exchange.kind];
    const isNote = exchange.kind === 'fault' || exchange.kind === 'weather';
    row.className = `exchange ${tone(exchange)}`;
    row.dataset.kind = exchange.kind;
    row.dataset.number = String(exchange.number);
    row.disabled = isNote;
    row.replaceChildren(
      element('time', { datetime: exchange.at }, stamp(exchange.at)),
      icon(symbol, 'i16', direction),
      element('b', {}, exchange.what),
      element('span', { class: 'words', title: exchange.words }, exchange.words),
      element('span', { class: 'code' }, isNote ? '' : code(exchange)),
      element('span', { class: 'took' }, isNote ? '' : took(exchange)),
    );
  }

  /**
   * @param {HTMLElement} row
   * @param {number} number
   */
  toggle(row, number) {
    const isOpen = row.getAttribute('aria-expanded') === 'true';
    row.setAttribute('aria-expanded', String(!isOpen));
    if (isOpen) row.nextElementSibling?.remove();
    else void this.open(row, number);
  }

  /**
   * Show the bodies under the row.
   * @param {HTMLElement} row
   * @param {number} number
   */
  async open(row, number) {
    let details;
    try {
      const found = await control('GET', `wire/${number}`);
      details = [
        element('p', {}, `${found.method} ${found.path}`),
        ...body('Request', found.request),
        ...(found.error ? [element('p', { class: 'error' }, sentence(found.error))] : []),
        ...body('Answer', found.answer),
      ];
    } catch (error) {
      details = [element('p', { class: 'error' }, error instanceof Error ? error.message : String(error))];
    }
    if (row.getAttribute('aria-expanded') !== 'true') return;
    const box = element('div', { class: 'bodies', 'data-of': number }, ...details);
    const before = row.nextElementSibling;
    if (before?.classList.contains('bodies')) before.replaceWith(box);
    else row.after(box);
    box.scrollIntoView({ block: 'nearest' });
    row.scrollIntoView({ block: 'nearest' });
  }

  /** @param {KeyboardEvent} event */
  step(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !document.activeElement?.classList.contains('exchange')) return;
    event.preventDefault();
    const rows = [...this.list.querySelectorAll('.exchange:not([hidden], :disabled)')];
    const next = rows[rows.indexOf(document.activeElement) + step];
    if (next instanceof HTMLElement) next.focus();
  }
}

/** @param {Exchange} exchange */
function tone(exchange) {
  const { kind, http, ended, words } = exchange;
  if (kind === 'fault') return 'bad';
  if (kind === 'weather') return 'note';
  if (!ended) return 'open';
  if (http === null || http >= 500 || exchange.error) return 'bad';
  return http >= 400 || /, (again|attempt \d+|signed wrongly|not signed)/.test(words) ? 'odd' : '';
}

/** @param {Exchange} exchange */
function code(exchange) {
  if (!exchange.ended) return '…';
  return exchange.http === null ? 'none' : String(exchange.http);
}

/** @param {Exchange} exchange */
function took({ ms }) {
  if (ms === null) return '';
  return ms < 1_000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** @param {string} iso */
function stamp(iso) {
  const at = new Date(iso);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/**
 * A body, indented if it is JSON.
 * @param {string} title
 * @param {string} text
 */
function body(title, text) {
  if (!text) return [];
  let pretty = text;
  try {
    pretty = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // shown as it is
  }
  return [element('h3', {}, title), element('pre', { tabindex: '0', 'aria-label': title }, pretty)];
}

/** @param {string} words */
function sentence(words) {
  return `${words[0].toUpperCase()}${words.slice(1)}.`;
}
