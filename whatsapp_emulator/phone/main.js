/** The page: up to three phones side by side, fed by the live feed. */

import { element, icon } from './elements.js';
import { control, listen } from './emulator.js';
import { newcomerForm } from './people.js';
import { Phone } from './phone.js';

const root = /** @type {HTMLElement} */ (document.querySelector('[data-phones]'));
const quiet = /** @type {HTMLElement} */ (document.querySelector('[data-quiet]'));
const clock = /** @type {HTMLElement} */ (document.querySelector('[data-clock]'));
const day = /** @type {HTMLElement} */ (document.querySelector('[data-day]'));
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const REMEMBERED = 'phones';

/** @type {Map<string, import('./emulator.js').Contact>} */
const contacts = new Map();
/** @type {Set<string>} Contacts with news whose phone is not on the page. */
const fresh = new Set();
/** @type {Phone[]} */
let phones = [];
let aheadSeconds = 0;
let quietTimer = 0;

const now = () => new Date(Date.now() + aheadSeconds * 1000);
/** Most recent writer first. */
const inOrder = () =>
  [...contacts.values()].sort((a, b) =>
    (b.window_expires_at ?? '').localeCompare(a.window_expires_at ?? ''),
  );
const page = { contacts: inOrder, fresh, choose, add, now };

/** How many phones fit. */
const room = () => (innerWidth >= 1000 ? 3 : innerWidth >= 700 ? 2 : 1);

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED) ?? '[]');
  } catch {
    return [];
  }
}

function remember() {
  sessionStorage.setItem(REMEMBERED, JSON.stringify(phones.map((phone) => phone.waId)));
  const first = phones[0]?.waId;
  if (location.pathname.startsWith('/phone/') && first) history.replaceState(null, '', `/phone/${first}`);
}

/** Fill the page: the one named in the address, those of before, then who wrote last. */
function layOut() {
  const named = decodeURIComponent(/^\/phone\/([^/]+)/.exec(location.pathname)?.[1] ?? '');
  const wanted = [named, ...phones.map((phone) => phone.waId), ...remembered(), ...inOrder().map((one) => one.wa_id)];
  const owners = [...new Set(wanted)].filter((waId) => contacts.has(waId)).slice(0, room());
  phones = owners.map((waId) => phones.find((phone) => phone.waId === waId) ?? newPhone(waId));
  if (phones.length) root.replaceChildren(...phones.map((phone) => phone.root));
  else root.replaceChildren(nobody());
  for (const phone of phones) phone.thread.toBottom();
}

/** @param {string} waId */
function newPhone(waId) {
  const phone = new Phone(/** @type {import('./emulator.js').Contact} */ (contacts.get(waId)), page);
  fresh.delete(waId);
  void phone.load();
  return phone;
}

function nobody() {
  const words = 'A customer has a phone; what they write reaches the business.';
  const form = newcomerForm((name) => void addContact(name).then(layOut));
  return element('div', { class: 'nobody' }, icon('i-phone'), element('h2', {}, 'No customers yet'), words, form);
}

/**
 * Give a phone to somebody; who is on the page already changes places.
 * @param {Phone} phone
 * @param {string} waId
 */
function choose(phone, waId) {
  const contact = contacts.get(waId);
  if (!contact || waId === phone.waId) return;
  const other = phones.find((one) => one.waId === waId);
  const before = phone.contact;
  for (const [one, owner] of other ? [[phone, contact], [other, before]] : [[phone, contact]]) {
    one.thread.replace([]);
    one.typingUntil = 0;
    one.show(owner);
    void one.load();
    fresh.delete(owner.wa_id);
  }
  if (location.pathname.startsWith('/phone/') && phone === phones[0]) history.replaceState(null, '', `/phone/${waId}`);
  remember();
}

/**
 * @param {Phone} phone
 * @param {string} name
 */
async function add(phone, name) {
  choose(phone, await addContact(name));
  phone.field.focus();
}

/**
 * A new customer with the next free number of the range kept for drama.
 * @param {string} name
 * @returns {Promise<string>} the wa_id
 */
async function addContact(name) {
  let number = 500;
  while (contacts.has(`447700900${number}`)) number += 1;
  const contact = await control('PUT', `contacts/447700900${number}`, { name });
  contacts.set(contact.wa_id, contact);
  return contact.wa_id;
}

async function readEverything() {
  const [people, time] = await Promise.all([control('GET', 'contacts'), control('GET', 'clock')]);
  aheadSeconds = time.ahead_seconds;
  contacts.clear();
  for (const contact of people) contacts.set(contact.wa_id, contact);
  phones = phones.filter((phone) => contacts.has(phone.waId));
  for (const phone of phones) void phone.load();
  layOut();
  remember();
}

/** @param {any} event */
function onEvent(event) {
  const phone = phones.find((one) => one.waId === (event.wa_id ?? event.contact?.wa_id));
  if (event.type === 'message') {
    if (phone) phone.put(event.message);
    else if (event.message.direction === 'outbound') fresh.add(event.wa_id);
  } else if (event.type === 'contact') {
    contacts.set(event.contact.wa_id, event.contact);
    if (phone) phone.show(event.contact);
    else if (phones.length < room()) layOut();
  } else if (event.type === 'typing') phone?.showTyping(event.seconds);
  else if (event.type === 'quiet') showQuiet(event.quiet);
  else if (event.type === 'clock') aheadSeconds = event.ahead_seconds;
  else if (event.type === 'reset') void readEverything();
}

/** Short bursts do not show: they would only flicker. @param {boolean} isQuiet */
function showQuiet(isQuiet) {
  clearTimeout(quietTimer);
  quietTimer = setTimeout(() => {
    const words = element('span', {}, isQuiet ? 'Nothing under way' : 'Something is under way');
    quiet.className = 'quiet';
    quiet.replaceChildren(icon(isQuiet ? 'i-check' : 's-sending', isQuiet ? 'i16' : 'tick'), words);
  }, isQuiet ? 150 : 500);
}

function showLost() {
  clearTimeout(quietTimer);
  quiet.className = 'quiet lost';
  quiet.replaceChildren(icon('i-alert', 'i16'), 'The emulator does not answer');
}

function tick() {
  clock.textContent = clockFormat.format(now());
  day.textContent = `${aheadSeconds ? 'virtual, ' : ''}${dayFormat.format(now())}`;
}

for (const button of document.querySelectorAll('[data-advance]')) {
  const seconds = Number(/** @type {HTMLElement} */ (button).dataset.advance);
  button.setAttribute('aria-label', `Move the clock ${seconds / 3600} hours forward`);
  button.addEventListener('click', () => void control('POST', 'clock/advance', { seconds }));
}
addEventListener('resize', () => {
  if (phones.length !== Math.min(room(), contacts.size)) layOut();
});
setInterval(tick, 250);
tick();
listen({ onOpen: () => void readEverything(), onLost: showLost, onEvent });
