/** Phones side by side: whose they are, and what the live feed tells of them. */

import { element, icon } from './elements.js';
import { control } from './emulator.js';
import { newcomerForm } from './people.js';
import { Phone } from './phone.js';

const REMEMBERED = 'phones';

export class Phones {
  /**
   * @param {HTMLElement} root
   * @param {{room: () => number, now: () => Date, named?: string, onFirst?: (waId: string) => void}} options
   *   `room`: how many phones fit; `named`: who comes first; `onFirst` is told who does
   */
  constructor(root, { room, now, named = '', onFirst = () => {} }) {
    this.root = root;
    this.room = room;
    this.now = now;
    this.named = named;
    this.onFirst = onFirst;
    /** @type {Map<string, import('./emulator.js').Contact>} */
    this.byId = new Map();
    /** @type {Set<string>} Contacts with news whose phone is not on the page. */
    this.fresh = new Set();
    /** @type {Phone[]} */
    this.phones = [];
    addEventListener('resize', () => {
      if (this.phones.length !== Math.min(room(), this.byId.size)) this.layOut();
    });
  }

  /** Most recent writer first. */
  contacts() {
    return [...this.byId.values()].sort((a, b) =>
      (b.window_expires_at ?? '').localeCompare(a.window_expires_at ?? ''),
    );
  }

  /** Take over who there is, and read every thread on the page again. */
  async read() {
    const people = await control('GET', 'contacts');
    this.byId.clear();
    for (const contact of people) this.byId.set(contact.wa_id, contact);
    this.phones = this.phones.filter((phone) => this.byId.has(phone.waId));
    for (const phone of this.phones) void phone.load();
    this.layOut();
    this.remember();
  }

  /** @param {any} event */
  onEvent(event) {
    const phone = this.phones.find((one) => one.waId === (event.wa_id ?? event.contact?.wa_id));
    if (event.type === 'message') {
      if (phone) phone.put(event.message);
      else if (event.message.direction === 'outbound') this.fresh.add(event.wa_id);
    } else if (event.type === 'contact') {
      this.byId.set(event.contact.wa_id, event.contact);
      if (phone) phone.show(event.contact);
      else if (this.phones.length < this.room()) this.layOut();
    } else if (event.type === 'typing') phone?.showTyping(event.seconds);
  }

  remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(REMEMBERED) ?? '[]');
    } catch {
      return [];
    }
  }

  remember() {
    sessionStorage.setItem(REMEMBERED, JSON.stringify(this.phones.map((phone) => phone.waId)));
    if (this.phones[0]) this.onFirst(this.phones[0].waId);
  }

  /** Fill the page: who is named, those of before, then who wrote last. */
  layOut() {
    const before = this.phones.map((phone) => phone.waId);
    const last = this.contacts().map((one) => one.wa_id);
    const wanted = [this.named, ...before, ...this.remembered(), ...last];
    const owners = [...new Set(wanted)].filter((waId) => this.byId.has(waId)).slice(0, this.room());
    this.phones = owners.map(
      (waId) => this.phones.find((phone) => phone.waId === waId) ?? this.newPhone(waId),
    );
    if (this.phones.length) this.root.replaceChildren(...this.phones.map((phone) => phone.root));
    else this.root.replaceChildren(this.nobody());
    for (const phone of this.phones) phone.thread.toBottom();
  }

  /** @param {string} waId */
  newPhone(waId) {
    const phone = new Phone(/** @type {import('./emulator.js').Contact} */ (this.byId.get(waId)), this);
    this.fresh.delete(waId);
    void phone.load();
    return phone;
  }

  nobody() {
    const words = 'A customer has a phone; what they write reaches the business.';
    const form = newcomerForm((name) => void this.addContact(name).then(() => this.layOut()));
    return element('div', { class: 'nobody' }, icon('i-phone'), element('h2', {}, 'No customers yet'), words, form);
  }

  /**
   * Give a phone to somebody; who is on the page already changes places.
   * @param {Phone} phone
   * @param {string} waId
   */
  choose(phone, waId) {
    const contact = this.byId.get(waId);
    if (!contact || waId === phone.waId) return;
    const other = this.phones.find((one) => one.waId === waId);
    const before = phone.contact;
    for (const [one, owner] of other ? [[phone, contact], [other, before]] : [[phone, contact]]) {
      one.thread.replace([]);
      one.typingUntil = 0;
      one.show(owner);
      void one.load();
      this.fresh.delete(owner.wa_id);
    }
    this.named = this.phones[0].waId;
    this.remember();
  }

  /**
   * @param {Phone} phone
   * @param {string} name
   */
  async add(phone, name) {
    this.choose(phone, await this.addContact(name));
    phone.field.focus();
  }

  /**
   * A new customer with the next free number of the range kept for drama.
   * @param {string} name
   * @returns {Promise<string>} the wa_id
   */
  async addContact(name) {
    let number = 500;
    while (this.byId.has(`447700900${number}`)) number += 1;
    const contact = await control('PUT', `contacts/447700900${number}`, { name });
    this.byId.set(contact.wa_id, contact);
    return contact.wa_id;
  }
}
