/** One phone: its owner, the conversation, a field to write in, and its switches. */

import { attachMenu, moveIn, voiceNote } from './attach.js';
import { addressOf, element, icon } from './elements.js';
import { control } from './emulator.js';
import { peopleList } from './people.js';
import { ThreadView } from './thread.js';

const DEVICES = [
  ['online-open', 'Reading'],
  ['online', 'Online'],
  ['offline', 'Off'],
];
const EMOJI = ['👍', '❤️', '😂', '😮', '🙏'];
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
    /** @type {import('./emulator.js').Line[] | null} */
    this.late = null;
    this.number = ++made;
    this.build();
    this.thread = new ThreadView(this.threadRoot);
    this.thread.now = page.now;
    this.thread.onChoice = (line, choice) => void this.say({ type: 'interactive', interactive: choice }, line);
    this.thread.onMore = (line, bubble) => this.openDeeds(line, bubble);
    /** @type {import('./emulator.js').Line | null} what the next message answers */
    this.answered = null;
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
    this.attach = element('button', { type: 'button', class: 'ib', 'aria-label': 'Send something else', 'aria-haspopup': 'menu', onclick: () => this.openAttach() }, icon('i-attach'));
    this.mic = element('button', { type: 'button', class: 'ib', 'aria-label': 'Send a voice note', onclick: () => void this.sendVoice() }, icon('i-mic'));
    this.reply = element('div', { class: 'replying', hidden: true });
    const composer = element('form', { class: 'composer' }, this.field, this.attach, this.mic, this.send);
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
      this.reply,
      composer,
      element(
        'footer',
        {},
        element('div', { class: 'device', role: 'radiogroup', 'aria-label': 'Phone' }, ...this.radios),
        element('span', { class: 'grow' }),
        element('label', { class: 'receipts' }, this.receipts, element('i'), element('span', {}, 'Read receipts'), element('small', { 'aria-hidden': 'true' }, 'Receipts')),
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
    const isOff = contact.device === 'offline' || contact.blocked;
    const first = contact.name.startsWith('+') ? contact.name : contact.name.split(' ')[0];
    this.root.setAttribute('aria-label', `Phone of ${contact.name}`);
    this.root.dataset.waId = contact.wa_id;
    this.name.textContent = contact.name;
    this.address.textContent = addressOf(contact);
    const why = contact.blocked ? 'The business is blocked' : 'Phone is off';
    this.field.placeholder = isOff ? why : `Write as ${first}`;
    this.attach.disabled = this.mic.disabled = isOff;
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
    /** @type {import('./emulator.js').Line[]} What comes meanwhile: the answer may be older. */
    const late = (this.late = []);
    const thread = await control('GET', `contacts/${waId}/thread`);
    if (waId !== this.waId) return; // another owner was chosen meanwhile
    this.thread.replace(thread.messages);
    for (const line of late) this.thread.put(line);
    if (this.late === late) this.late = null;
    this.showTyping(thread.typing_seconds);
    this.show(thread.contact);
    this.thread.toBottom();
  }

  /** @param {import('./emulator.js').Line} line */
  put(line) {
    this.late?.push(line);
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
    const wasAtBottom = thread.isAtBottom();
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
    if (wasAtBottom) thread.toBottom();
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
    const { answered } = this;
    this.answer(null);
    try {
      await this.say({ type: 'text', text: { body: text } }, answered);
    } catch {
      if (!this.field.value) this.field.value = text; // the emulator is gone: the text is not
      this.answer(answered);
      this.fit();
    }
  }

  /**
   * The owner sends Meta's message object, maybe as an answer to a line.
   * @param {any} message
   * @param {import('./emulator.js').Line | null} [answered]
   */
  async say(message, answered = null) {
    const context = answered ? { context: { id: answered.id } } : {};
    await control('POST', 'inbound', { from: this.waId, ...message, ...context });
  }

  async sendVoice() {
    await this.say(await voiceNote());
  }

  /** The next message answers this line; null takes that back. @param {import('./emulator.js').Line | null} line */
  answer(line) {
    this.answered = line;
    this.reply.hidden = !line;
    if (!line) return;
    const leave = element('button', { class: 'ib', 'aria-label': 'Do not reply to it', onclick: () => this.answer(null) }, icon('i-x', 'i16'));
    this.reply.replaceChildren(element('span', { class: 'quote' }, line.text), leave);
    this.field.focus();
  }

  openAttach() {
    const menu = attachMenu({ send: (message) => this.say(message), close: () => this.closeMenu() });
    this.openMenu(menu, this.attach);
  }

  /**
   * Reply and reactions, beside the message.
   * @param {import('./emulator.js').Line} line
   * @param {HTMLElement} bubble
   */
  openDeeds(line, bubble) {
    const react = (/** @type {string} */ emoji) => {
      this.closeMenu();
      void this.say({ type: 'reaction', reaction: { message_id: line.id, emoji } });
    };
    const reply = element('button', { class: 'item', role: 'menuitem' }, icon('i-reply'), 'Reply');
    reply.addEventListener('click', () => {
      this.closeMenu();
      this.answer(line);
    });
    const mine = this.thread.reactions.get(line.id)?.get('inbound');
    const faces = EMOJI.map((emoji) =>
      element('button', { class: 'face', role: 'menuitem', 'aria-label': emoji === mine ? `Take ${emoji} back` : `React with ${emoji}`, 'aria-pressed': String(emoji === mine), onclick: () => react(emoji === mine ? '' : emoji) }, emoji),
    );
    const menu = element('div', { class: 'menu deeds', role: 'menu', 'aria-label': 'Reply or react' }, element('div', { class: 'faces' }, ...faces), reply);
    menu.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => moveIn(menu, event, () => this.closeMenu()));
    this.openMenu(menu, bubble.querySelector('.more'));
  }

  /**
   * @param {HTMLElement} menu
   * @param {HTMLElement | null} opener gets the focus back
   */
  openMenu(menu, opener) {
    this.closeMenu();
    this.menu = menu;
    this.opener = opener;
    this.root.append(menu);
    menu.querySelector('button')?.focus();
    this.menuElsewhere = (/** @type {PointerEvent} */ event) => {
      if (!menu.contains(/** @type {Node} */ (event.target))) this.closeMenu();
    };
    document.addEventListener('pointerdown', this.menuElsewhere);
  }

  closeMenu() {
    if (!this.menu) return;
    const hadFocus = this.menu.contains(document.activeElement);
    document.removeEventListener('pointerdown', this.menuElsewhere);
    this.menu.remove();
    this.menu = null;
    if (hadFocus) this.opener?.focus();
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
      isBlocked: this.contact.blocked,
      block: (blocked) => {
        this.closePeople();
        this.change({ blocked });
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
