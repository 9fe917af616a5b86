/** The weather: one click for a bundle of faults, one click back to calm. */

import { element, icon } from '/assets/elements.js';
import { control } from '/assets/emulator.js';

/** @typedef {{name: string, title: string, words: string}} Kind */

const ICONS = {
  calm: 'i-sun',
  'bad-wifi': 'i-wind',
  slow: 'i-clock',
  'answers-lost': 'i-rain',
  disorder: 'i-cross2',
  down: 'i-storm',
};

export class Weather {
  /**
   * @param {HTMLElement} root the group of choices
   * @param {HTMLElement} forecast says what the weather does, unless it is calm
   */
  constructor(root, forecast) {
    this.root = root;
    this.forecast = forecast;
    /** @type {Kind[]} */
    this.kinds = [];
    /** @type {string | null} */
    this.name = 'calm';
    this.count = 0;
  }

  /** @param {Kind[]} kinds */
  offer(kinds) {
    this.kinds = kinds;
    const legend = element('legend', { class: 'spoken' }, 'Weather');
    this.root.replaceChildren(legend, ...kinds.map((kind) => this.choice(kind)));
  }

  /** @param {Kind} kind */
  choice(kind) {
    const radio = element('input', { type: 'radio', name: 'weather', value: kind.name });
    radio.addEventListener('change', () => void this.set(kind.name));
    const symbol = icon(ICONS[kind.name] ?? 'i-bolt', 'i16');
    return element('label', { title: kind.words }, radio, symbol, kind.title);
  }

  /** @param {string} name */
  async set(name) {
    try {
      await control('PUT', 'weather', { name });
    } catch {
      this.show(this.name, this.count); // the emulator does not answer, which the page says
    }
  }

  /**
   * @param {string | null} name null for a mixture
   * @param {number} count of rules
   */
  show(name, count) {
    this.name = name;
    this.count = count;
    for (const radio of this.root.querySelectorAll('input')) radio.checked = radio.value === name;
    const chosen = this.root.querySelector('label:has(:checked)');
    if (chosen instanceof HTMLElement) this.root.scrollLeft = chosen.offsetLeft - (this.root.clientWidth - chosen.offsetWidth) / 2;
    const kind = this.kinds.find((one) => one.name === name);
    this.forecast.hidden = name === 'calm';
    if (this.forecast.hidden) return;
    const title = kind?.title ?? 'Your own mixture';
    const words = kind?.words ?? (count === 1 ? 'One fault is on.' : `${count} faults are on.`);
    this.forecast.dataset.name = name ?? '';
    this.forecast.replaceChildren(
      icon(ICONS[name ?? ''] ?? 'i-bolt', 'i16'),
      element('p', {}, element('b', {}, `${title}.`), ` ${words}`),
      element('button', { class: 'button', onclick: () => void this.set('calm') }, icon('i-sun', 'i16'), 'Back to calm'),
    );
  }
}
