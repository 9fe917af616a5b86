/** One phone: its owner, the conversation, a field to write in, and its switches. */

import { addressOf, element, icon } from './elements.js';
import { control } from './emulator.js';
import { peopleList } from './people.js';
import { ThreadView } from './thread.js';

const DEVICES = [
  ['online-open', 'Reading'],
  ['online', 'Online'],
  ['offline', 'Off'],
];
let made = 0;

export class Phone {
  /**
   * @param {import('./emulator.js').Contact} contact
   * @param {{contacts: () => import('./emulator.js').Contact[], fresh: Set<string>,
   *   choose: (phone: Phone, waId: string) => void,
   *   add: (phone: Phone, name: string) => void, now: () => Date}} page
   */
  constructor(contact, page) {
    this.contact = contact;
    this.page = page;
    this.typingUntil = 0;
    this.number = ++made;
    this.build();
    this.thread = new ThreadView(this.threadRoot);
    this.thread.now = page.now;
    this.show(contact);
  }

  get waId() {
    return this.contact.wa_id;
  }

  build() {
    this.name = element('b');
    this.address = element('span');
    this.who = element(
      'button',
      { class: 'who', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', onclick: () => this.togglePeople() },
      element('span', { class: 'grow' }, this.name, this.address),
      icon('i-down', 'i', 'Choose whose phone this is'),
    );
    this.threadRoot = element('div', { class: 'thread', role: 'log', tabindex: '0', 'aria-label': 'Conversation' });
    this.threadRoot.addEventListener('click', () => this.read());
    this.unread = element('div', { class: 'unread', hidden: true });
    this.field = element('textarea', { rows: 1, maxlength: 4096, enterkeyhint: 'send' });
    this.field.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.write();
    });
    this.field.addEventListener('input', () => this.fit());
    this.field.addEventListener('focus', () => this.read());
    this.send = element('button', { class: 'send', 'aria-label': 'Send', disabled: true }, icon('i-send'));
    this.receipts = element('input', { type: 'checkbox', role: 'switch' });
    this.receipts.addEventListener('change', () => this.change({ read_receipts: this.receipts.checked }));
    this.radios = DEVICES.map(([device, label]) => this.deviceRadio(device, label));
    const composer = element('form', { class: 'composer' }, this.field, this.send);
    composer.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.write();
    });
    this.root = element(
      'section',
      { class: 'phone' },
      element('header', {}, this.who),
      this.threadRoot,
      this.unread,
      composer,
      element(
        'footer',
        {},
        element('div', { class: 'device', role: 'radiogroup', 'aria-label': 'Phone' }, ...this.radios),
        element('span', { class: 'grow' }),
        element('label', { class: 'receipts' }, this.receipts, element('i'), 'Read receipts'),
      ),
    );
  }

  /**
   * @param {string} device
   * @param {string} label
   */
  deviceRadio(device, label) {
    const radio = element('input', { type: 'radio', name: `device-${this.number}`, value: device });
    radio.addEventListener('change', () => this.change({ device }));
    return element('label', {}, radio, label);
  }

  /** @param {import('./emulator.js').Contact} contact */
  show(contact) {
    this.contact = contact;
    const isOff = contact.device === 'offline';
    const first = contact.name.startsWith('+') ? contact.name : contact.name.split(' ')[0];
    this.root.setAttribute('aria-label', `Phone of ${contact.name}`);
    this.root.dataset.waId = contact.wa_id;
    this.name.textContent = contact.name;
    this.address.textContent = addressOf(contact);
    this.field.placeholder = isOff ? 'Phone is off' : `Write as ${first}`;
    this.field.setAttribute('aria-label', `Write as ${first}`);
    this.field.disabled = isOff;
    this.receipts.checked = contact.read_receipts;
    for (const label of this.radios) {
      const radio = label.querySelector('input');
      radio.checked = radio.value === contact.device;
    }
    this.refresh();
  }

  /** Read the thread again (first sight, another owner, a new connection). */
  async load() {
    const waId = this.waId;
    const thread = await control('GET', `contacts/${waId}/thread`);
    if (waId !== this.waId) return; // another owner was chosen meanwhile
    this.thread.replace(thread.messages);
    this.showTyping(thread.typing_seconds);
    this.show(thread.contact);
    this.thread.toBottom();
  }

  /** @param {import('./emulator.js').Line} line */
  put(line) {
    this.thread.put(line);
    this.refresh();
  }

  /** @param {number} seconds */
  showTyping(seconds) {
    clearTimeout(this.typingTimer);
    this.typingUntil = performance.now() + seconds * 1000;
    if (seconds > 0) this.typingTimer = setTimeout(() => this.refresh(), seconds * 1000 + 20);
    this.refresh();
  }

  refresh() {
    const { thread, contact } = this;
    if (!thread) return;
    thread.drawFoot({ typing: performance.now() < this.typingUntil, contact });
    const unseen = contact.device === 'online' ? thread.unseen : 0;
    this.unread.hidden = unseen === 0;
    this.unread.replaceChildren(
      element(
        'button',
        { class: 'button', onclick: () => this.read() },
        unseen === 1 ? 'Read 1 message' : `Read ${unseen} messages`,
      ),
    );
  }

  fit() {
    this.send.disabled = this.field.value.trim() === '';
    this.field.style.height = 'auto';
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  async write() {
    const text = this.field.value.trim();
    if (!text || this.field.disabled) return;
    this.field.value = '';
    this.fit();
    try {
      await control('POST', 'inbound', { from: this.waId, text });
    } catch {
      if (!this.field.value) this.field.value = text; // the emulator is gone: the text is not
      this.fit();
    }
  }

  /** The owner looks at the conversation. */
  read() {
    if (this.contact.device === 'online' && this.thread.unseen) {
      void control('POST', `contacts/${this.waId}/read`).catch(() => {});
    }
  }

  /** @param {Record<string, unknown>} fields */
  change(fields) {
    void control('PUT', `contacts/${this.waId}`, fields).catch(() => this.show(this.contact));
  }

  togglePeople() {
    if (this.people) {
      this.closePeople();
      return;
    }
    this.people = peopleList({
      contacts: this.page.contacts(),
      current: this.waId,
      fresh: this.page.fresh,
      choose: (waId) => {
        this.closePeople();
        this.page.choose(this, waId);
      },
      add: (name) => {
        this.closePeople();
        this.page.add(this, name);
      },
      close: () => this.closePeople(),
    });
    this.who.setAttribute('aria-expanded', 'true');
    this.root.append(this.people);
    this.people.querySelector('[aria-current=true]')?.focus();
    this.elsewhere = (/** @type {PointerEvent} */ event) => {
      const target = /** @type {Node} */ (event.target);
      if (!this.people.contains(target) && !this.who.contains(target)) this.closePeople();
    };
    document.addEventListener('pointerdown', this.elsewhere);
  }

  closePeople() {
    if (!this.people) return;
    const hadFocus = this.people.contains(document.activeElement);
    document.removeEventListener('pointerdown', this.elsewhere);
    this.people.remove();
    this.people = null;
    this.who.setAttribute('aria-expanded', 'false');
    if (hadFocus) this.who.focus();
  }
}
