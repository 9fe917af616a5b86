/** The conversation as a customer's phone draws it. */

import { contentOf } from './content.js';
import { clockTime, dayName, element, icon } from './elements.js';

const TICKS = {
  sent: ['s-sent', 'Sent'],
  delivered: ['s-delivered', 'Delivered'],
  read: ['s-read', 'Read'],
};
const LONE_EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|‍|️){1,8}$/u;

/** Draws lines in place: a changed line keeps its element. */
export class ThreadView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {import('./emulator.js').Line[]} */
    this.lines = [];
    /** @type {Map<string, HTMLElement>} */
    this.bubbles = new Map();
    /** @type {Map<string, Map<string, string>>} emoji by who reacted, by the message's id */
    this.reactions = new Map();
    this.foot = element('div', { class: 'foot' });
    /** A button or row of a message was tapped. @type {(line: import('./emulator.js').Line, choice: any) => void} */
    this.onChoice = () => {};
    /** The customer wants to do something with a message. @type {(line: import('./emulator.js').Line, bubble: HTMLElement) => void} */
    this.onMore = () => {};
    this.now = () => new Date();
  }

  /** @param {import('./emulator.js').Line[]} lines */
  replace(lines) {
    this.lines = [];
    this.bubbles.clear();
    this.reactions.clear();
    this.root.replaceChildren(this.foot);
    for (const line of lines) this.put(line);
    for (const bubble of this.bubbles.values()) bubble.classList.remove('arriving');
    this.toBottom();
  }

  /**
   * Add a line, or take over what changed in it.
   * @param {import('./emulator.js').Line} line
   */
  put(line) {
    if (line.type === 'reaction') {
      this.react(line);
      return;
    }
    const wasAtBottom = this.isAtBottom();
    const index = this.lines.findIndex((one) => one.id === line.id);
    if (index >= 0) {
      this.lines[index] = line;
      this.bubbles.get(line.id)?.replaceChildren(...this.inside(line));
      return;
    }
    this.append(line).classList.add('arriving');
    if (wasAtBottom || line.direction === 'inbound') this.toBottom();
  }

  /** A reaction stands on its message; an empty one takes it away. @param {import('./emulator.js').Line} line */
  react(line) {
    const { message_id: id, emoji } = line.content ?? {};
    const byWhom = this.reactions.get(id) ?? new Map();
    if (emoji) byWhom.set(line.direction, emoji);
    else byWhom.delete(line.direction);
    this.reactions.set(id, byWhom);
    const target = this.lines.find((one) => one.id === id);
    if (target) this.bubbles.get(id)?.replaceChildren(...this.inside(target));
    this.bubbles.get(id)?.classList.toggle('reacted', byWhom.size > 0);
  }

  get unseen() {
    return this.lines.filter((line) => line.direction === 'outbound' && line.seen === false).length;
  }

  isAtBottom() {
    const { scrollTop, scrollHeight, clientHeight } = this.root;
    return scrollHeight - scrollTop - clientHeight < 40;
  }

  toBottom() {
    this.root.scrollTop = this.root.scrollHeight;
  }

  /**
   * @param {import('./emulator.js').Line} line
   * @returns {HTMLElement} its bubble, under a day chip if a day begins
   */
  append(line) {
    const before = this.lines.at(-1);
    const day = dayName(new Date(line.at), this.now());
    const isNewDay = !before || dayName(new Date(before.at), this.now()) !== day;
    if (isNewDay) this.foot.before(element('div', { class: 'day' }, day));
    this.lines.push(line);
    const bubble = this.bubble(line);
    bubble.classList.toggle('first', isNewDay || before?.direction !== line.direction);
    this.foot.before(bubble);
    return bubble;
  }

  /** @param {import('./emulator.js').Line} line */
  bubble(line) {
    const own = line.direction === 'inbound' ? ' own' : '';
    const lone = line.type === 'text' && LONE_EMOJI.test(line.text) ? ' lone' : '';
    const bubble = element('div', { class: `bubble${own}${lone}`, dir: 'auto', 'data-id': line.id });
    bubble.append(...this.inside(line));
    this.bubbles.set(line.id, bubble);
    return bubble;
  }

  /** @param {import('./emulator.js').Line} line */
  inside(line) {
    const at = clockTime(new Date(line.at));
    const tick = line.direction === 'inbound' ? TICKS[line.status] : undefined;
    const emoji = [...(this.reactions.get(line.id)?.values() ?? [])];
    const quoted = this.lines.find((one) => one.id === line.context);
    const room = element('span', { class: 'room', 'aria-hidden': 'true' }, at);
    if (tick) room.append(element('i'));
    const meta = element('span', { class: 'meta' }, element('time', { datetime: line.at }, at));
    if (tick) meta.append(icon(tick[0], `tick ${line.status}`, tick[1]));
    return [
      ...(quoted ? [element('span', { class: 'quote' }, quoted.text)] : []),
      ...contentOf(line, this.onChoice),
      room,
      meta,
      ...(emoji.length ? [element('span', { class: 'reaction' }, ...emoji)] : []),
      ...(line.direction === 'outbound' ? [this.more(line)] : []),
    ];
  }

  /** @param {import('./emulator.js').Line} line */
  more(line) {
    const button = element('button', { class: 'more', 'aria-label': 'Reply or react', 'aria-haspopup': 'menu' }, icon('i-down', 'i16'));
    button.addEventListener('click', () => this.onMore(line, /** @type {HTMLElement} */ (this.bubbles.get(line.id))));
    return button;
  }

  /**
   * What stands under the last message: the typing indicator, a phone that is off.
   * @param {{typing: boolean, contact: import('./emulator.js').Contact}} state
   */
  drawFoot({ typing, contact }) {
    const wasAtBottom = this.isAtBottom();
    const nodes = [];
    if (typing && contact.device !== 'offline') {
      nodes.push(element('div', { class: 'typing' }, 'typing…'));
    }
    if (contact.blocked) {
      nodes.push(element('div', { class: 'notice' }, icon('i-lock', 'i16'), 'The business is blocked: nothing arrives'));
    } else if (contact.device === 'offline') {
      const { waiting } = contact;
      const what = waiting === 1 ? '1 message waits' : `${waiting} messages wait`;
      const words = waiting ? `Phone is off, ${what} at WhatsApp` : 'Phone is off';
      nodes.push(element('div', { class: 'notice' }, icon('i-offline', 'i16'), words));
    } else if (this.lines.length === 0) {
      nodes.push(element('div', { class: 'notice' }, 'Nothing written yet'));
    }
    this.foot.replaceChildren(...nodes);
    if (wasAtBottom) this.toBottom();
  }
}
