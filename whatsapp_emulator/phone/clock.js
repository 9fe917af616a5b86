/** The emulator's time, and whether anything is under way. */

import { element, icon } from './elements.js';
import { control } from './emulator.js';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

export class Clock {
  /** Shows itself in the `data-clock`, `data-day` and `data-advance` of the page. */
  constructor() {
    this.aheadSeconds = 0;
    this.now = () => new Date(Date.now() + this.aheadSeconds * 1000);
    for (const button of document.querySelectorAll('[data-advance]')) {
      const seconds = Number(/** @type {HTMLElement} */ (button).dataset.advance);
      button.addEventListener('click', () => void control('POST', 'clock/advance', { seconds }).catch(() => {}));
    }
    setInterval(() => this.tick(), 250);
    this.tick();
  }

  async read() {
    this.set((await control('GET', 'clock')).ahead_seconds);
  }

  /** @param {number} aheadSeconds */
  set(aheadSeconds) {
    this.aheadSeconds = aheadSeconds;
    this.tick();
  }

  tick() {
    const now = this.now();
    for (const at of document.querySelectorAll('[data-clock]')) at.textContent = time.format(now);
    const words = `${this.aheadSeconds ? 'virtual, ' : ''}${day.format(now)}`;
    for (const at of document.querySelectorAll('[data-day]')) at.textContent = words;
  }
}

/** "Nothing under way", in the `data-quiet` of the page. */
export class QuietSign {
  constructor() {
    this.root = /** @type {HTMLElement} */ (document.querySelector('[data-quiet]'));
    this.timer = 0;
  }

  /** Short bursts do not show: they would only flicker. @param {boolean} isQuiet */
  show(isQuiet) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const words = isQuiet ? 'Nothing under way' : 'Something is under way';
      this.root.className = 'quiet';
      this.root.replaceChildren(
        icon(isQuiet ? 'i-check' : 's-sending', isQuiet ? 'i16' : 'tick'),
        element('span', {}, words),
      );
    }, isQuiet ? 150 : 500);
  }

  showLost() {
    clearTimeout(this.timer);
    this.root.className = 'quiet lost';
    this.root.replaceChildren(icon('i-alert', 'i16'), element('span', {}, 'The emulator does not answer'));
  }
}
