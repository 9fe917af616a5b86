/** Small parts the page is made of. */

/**
 * An element with attributes (`on…` are listeners, booleans switch) and children.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null)} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (typeof value === 'boolean') node.toggleAttribute(name, value);
    else if (value !== null) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/**
 * An icon of the sprite in index.html; with a `label` it is spoken.
 * @param {string} name
 * @param {string} [className]
 * @param {string} [label]
 */
export function icon(name, className = 'i', label = '') {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', className);
  if (label) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  } else {
    svg.setAttribute('aria-hidden', 'true');
  }
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `#${name}`);
  svg.append(use);
  return svg;
}

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });

/** @param {Date} at */
export const clockTime = (at) => time.format(at);

/**
 * "Today", "Yesterday", a weekday within six days, else a date.
 * @param {Date} at
 * @param {Date} now
 */
export function dayName(at, now) {
  const midnight = (/** @type {Date} */ day) => new Date(day).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days > 1 && days < 7 ? weekday.format(at) : date.format(at);
}

/**
 * `447700900318` as `+44 7700 900318`.
 * @param {string} number
 */
export function phoneNumber(number) {
  const uk = /^(44)(7\d{3})(\d{6})$/.exec(number);
  return uk ? `+${uk[1]} ${uk[2]} ${uk[3]}` : `+${number}`;
}

/** @param {{name: string, username: string | null, phone_hidden: boolean, wa_id: string}} contact */
export function addressOf(contact) {
  return contact.phone_hidden ? 'no number, username only' : phoneNumber(contact.wa_id);
}

/** @param {string} name */
export function initials(name) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, '').split(' ').filter(Boolean);
  if (words.length === 0) return '?';
  const last = words.length > 1 ? words[words.length - 1][0] : '';
  return (words[0][0] + last).toUpperCase();
}
