/** The list in which a phone's owner is chosen. */

import { addressOf, element, icon, initials } from './elements.js';

const DEVICES = { 'online-open': 'Reading', online: 'Online', offline: 'Off' };

/**
 * A pop-over over a phone; closes on Escape, on a choice and on a click elsewhere.
 * @param {{
 *   contacts: import('./emulator.js').Contact[],
 *   current: string | null,
 *   fresh: Set<string>,
 *   choose: (waId: string) => void,
 *   add: (name: string) => void,
 *   isBlocked: boolean,
 *   block: (blocked: boolean) => void,
 *   close: () => void,
 * }} options
 * @returns {HTMLElement}
 */
export function peopleList({ contacts, current, fresh, choose, add, isBlocked, block, close }) {
  const people = contacts.map((contact) =>
    element(
      'button',
      {
        class: 'person',
        'aria-current': String(contact.wa_id === current),
        onclick: () => choose(contact.wa_id),
      },
      element('span', { class: 'initials', 'aria-hidden': 'true' }, initials(contact.name)),
      element(
        'span',
        {},
        element('b', {}, contact.name),
        element('small', {}, addressOf(contact)),
      ),
      fresh.has(contact.wa_id)
        ? element('i', { class: 'dot', role: 'img', 'aria-label': 'New message' })
        : element('em', {}, DEVICES[contact.device]),
    ),
  );
  const list = element(
    'div',
    { class: 'people', role: 'dialog', 'aria-label': 'Whose phone' },
    ...people,
    people.length ? element('hr') : null,
    newcomerForm(add),
    element('hr'),
    element(
      'button',
      { class: 'item', onclick: () => block(!isBlocked) },
      icon('i-lock'),
      isBlocked ? 'Unblock the business' : 'Block the business',
    ),
  );
  list.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = people.indexOf(document.activeElement);
    people[(at + step + people.length) % people.length]?.focus();
  });
  return list;
}

/**
 * @param {(name: string) => void} add
 * @returns {HTMLElement}
 */
export function newcomerForm(add) {
  const name = element('input', { placeholder: 'New customer', 'aria-label': 'Name of a new customer', maxlength: 60 });
  return element(
    'form',
    {
      class: 'newcomer',
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        if (name.value.trim()) add(name.value.trim());
      },
    },
    name,
    element('button', { class: 'button' }, icon('i-plus', 'i16'), 'Add'),
  );
}
