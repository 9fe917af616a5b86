/** Faults by plain names: switches that set rules, and how often each has struck. */

import { element, icon } from '/assets/elements.js';
import { control } from '/assets/emulator.js';
import { picker } from './page.js';

/** @typedef {{name?: string, do: any, match?: any, times?: number, probability?: number,
 *   seed?: number, hits?: number}} Rule */
/** @typedef {{title: string, words: string, rule: Rule}} Switch */

/** @type {[string, string, Partial<Rule>][]} */
const HOW_OFTEN = [
  ['always', 'always', {}],
  ['once', 'once', { times: 1 }],
  ['third', '1 in 3', { probability: 1 / 3 }],
  ['tenth', '1 in 10', { probability: 0.1 }],
];

export class Faults {
  /**
   * @param {HTMLElement} root
   * @param {import('./wire.js').People} people
   */
  constructor(root, people) {
    this.root = root;
    this.people = people;
    /** @type {Switch[]} */
    this.switches = [];
    /** @type {Rule[]} */
    this.rules = [];
    /** @type {Map<string, {input: HTMLInputElement, hits: HTMLElement, words: HTMLElement, root: HTMLElement}>} */
    this.rows = new Map();
    this.build();
  }

  build() {
    this.on = element('small', { role: 'status' });
    this.seed = element('small', { class: 'seed' });
    this.whom = picker('Whom new faults hit', () => {});
    this.often = picker('How often new faults hit', () => {});
    this.often.offer(HOW_OFTEN.map(([key, words]) => [key, words]));
    this.list = element('div', { class: 'rows', tabindex: '-1' });
    const write = element('button', { class: 'write-own' }, icon('i-plus', 'i16'), 'Write your own rule');
    write.addEventListener('click', () => this.openEditor());
    this.root.replaceChildren(
      element('h2', { id: 'faults-title' }, 'Faults ', this.on, element('span', { class: 'grow' }), this.seed),
      element('div', { class: 'aim' }, 'New ones hit', this.whom.root, this.often.root),
      this.list,
      write,
    );
  }

  showPeople() {
    const people = this.people.all().map((one) => /** @type {[string, string]} */ ([one.wa_id, one.name]));
    this.whom.offer([['', 'everybody'], ...people]);
  }

  /**
   * @param {Switch[]} switches
   * @param {number} seed
   */
  offer(switches, seed) {
    this.switches = switches;
    this.seed.textContent = `seed ${seed}`;
    this.rows.clear();
    this.list.replaceChildren(...switches.map((one) => this.row(one.title)));
  }

  /** @param {string} title */
  row(title) {
    const input = element('input', { type: 'checkbox', role: 'switch' });
    input.addEventListener('change', () => void this.turn(title, input.checked).catch(() => {}));
    const hits = element('em');
    const words = element('small');
    const root = element(
      'label',
      { class: 'fault' },
      element('span', { class: 'grow' }, element('b', {}, title), words),
      hits,
      input,
      element('i'),
    );
    this.rows.set(title, { input, hits, words, root });
    return root;
  }

  /** @param {Rule[]} rules those in force */
  show(rules) {
    this.rules = rules;
    this.on.textContent = rules.length ? `${rules.length} on` : 'none on';
    const own = rules.map(nameOf).filter((name) => !this.switches.some((one) => one.title === name));
    for (const name of new Set(own)) if (!this.rows.has(name)) this.list.append(this.row(name));
    for (const [title, row] of this.rows) {
      const known = this.switches.find((one) => one.title === title);
      const mine = rules.filter((rule) => nameOf(rule) === title);
      if (!known && mine.length === 0) {
        row.root.remove();
        this.rows.delete(title);
        continue;
      }
      row.input.checked = mine.length > 0;
      row.words.textContent = [known?.words ?? 'your own rule', ...mine.map((rule) => this.limits(rule))].filter(Boolean).join(', ');
      const hits = mine.reduce((sum, rule) => sum + (rule.hits ?? 0), 0);
      row.hits.hidden = mine.length === 0;
      row.hits.textContent = mine[0]?.times ? `hit ${hits} of ${mine[0].times}` : hits ? `hit ${hits}` : 'no hit yet';
    }
  }

  /** How often and whom a rule hits, in words. @param {Rule} rule */
  limits(rule) {
    const { probability = 1, times, match } = rule;
    const often = probability < 1 ? share(probability) : times === 1 ? 'once' : '';
    return [often, match?.to ? `only ${this.people.nameOf(match.to)}` : ''].filter(Boolean).join(', ');
  }

  /**
   * @param {string} title
   * @param {boolean} isOn
   */
  async turn(title, isOn) {
    const others = this.rules.filter((rule) => nameOf(rule) !== title);
    const known = this.switches.find((one) => one.title === title);
    const often = HOW_OFTEN.find(([key]) => key === this.often.value)?.[2] ?? {};
    const to = this.whom.value || undefined;
    const added = known && isOn ? [{ ...known.rule, ...often, match: { ...known.rule.match, ...(to ? { to } : {}) } }] : [];
    await this.put([...others, ...added]);
  }

  /** Rules that stay go on with their hits. @param {Rule[]} rules */
  async put(rules) {
    try {
      this.show(await control('PUT', 'faults?keep=1', rules));
    } catch (error) {
      this.show(this.rules);
      throw error;
    }
  }

  openEditor() {
    const field = element('textarea', { spellcheck: 'false', 'aria-label': 'Rules as JSON', rows: 16 });
    const bare = this.rules.map(({ hits: _, ...rule }) => rule);
    const sample = [{ name: 'My rule', do: 'hang', match: { text: 'hello' }, times: 1 }];
    field.value = JSON.stringify(bare.length ? bare : sample, null, 2);
    const error = element('p', { class: 'error', role: 'alert' });
    const dialog = element(
      'dialog',
      { class: 'editor', 'aria-label': 'Your own rules' },
      element(
        'form',
        { method: 'dialog' },
        element('h2', {}, 'Rules in force'),
        element('p', {}, 'A list of rules, as PUT /_control/faults takes it. What stays unchanged keeps its hits.'),
        field,
        error,
        element(
          'div',
          { class: 'actions' },
          element('button', { class: 'button', value: 'leave', formnovalidate: true }, 'Leave as it is'),
          element('button', { class: 'button solid', value: 'set' }, 'Set these rules'),
        ),
      ),
    );
    dialog.querySelector('form').addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
      const pressed = /** @type {HTMLButtonElement | null} */ (event.submitter);
      if (pressed?.value !== 'set') return;
      event.preventDefault();
      this.setWritten(field.value).then(
        () => dialog.close(),
        (/** @type {unknown} */ wrong) => {
          error.textContent = wrong instanceof Error ? wrong.message : String(wrong);
        },
      );
    });
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  }

  /** @param {string} text */
  async setWritten(text) {
    let rules;
    try {
      rules = JSON.parse(text);
    } catch {
      throw new Error('That is not JSON yet: look for a missing comma or quote.');
    }
    await this.put(rules);
  }
}

/** @param {Rule} rule */
function nameOf(rule) {
  return rule.name ?? `Own rule: ${rule.do.action ?? rule.do}`;
}

/** "1 in 3", "7 in 10". @param {number} probability */
function share(probability) {
  const one = 1 / probability;
  return Math.abs(one - Math.round(one)) < 0.05 ? `1 in ${Math.round(one)}` : `${Math.round(probability * 10)} in 10`;
}
