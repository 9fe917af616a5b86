/** What belongs to the page as a whole. */

import { element } from '/assets/elements.js';
import { control } from '/assets/emulator.js';

const SURE_WITHIN_MS = 4_000;

/**
 * Tabs show one part at a time where there is no room for all; arrow keys move between them.
 * @param {HTMLElement} bar
 */
export function armTabs(bar) {
  const desk = /** @type {HTMLElement} */ (document.querySelector('.desk'));
  const tabs = [...bar.querySelectorAll('button')];
  const show = (/** @type {HTMLButtonElement} */ chosen) => {
    desk.dataset.shown = chosen.getAttribute('aria-controls') ?? '';
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
    dispatchEvent(new Event('shown'));
  };
  for (const tab of tabs) tab.addEventListener('click', () => show(tab));
  bar.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (!step || at < 0) return;
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    show(next);
  });
  show(tabs[0]);
}

/**
 * Starting over takes two clicks: the second within four seconds.
 * @param {HTMLElement} button
 */
export function armReset(button) {
  const words = /** @type {HTMLElement} */ (button.querySelector('span'));
  let timer = 0;
  const calmDown = () => {
    timer = 0;
    words.textContent = 'Reset';
    button.classList.remove('sure');
  };
  button.addEventListener('click', () => {
    if (timer) {
      clearTimeout(timer);
      calmDown();
      void control('POST', 'reset', {}).catch(() => {});
      return;
    }
    words.textContent = 'Forget all?';
    button.classList.add('sure');
    timer = setTimeout(calmDown, SURE_WITHIN_MS);
  });
}

/**
 * A select that keeps its choice when its options are made anew.
 * @param {string} label
 * @param {() => void} onChange
 */
export function picker(label, onChange) {
  const select = element('select', { class: 'pick', 'aria-label': label });
  select.addEventListener('change', onChange);
  return {
    root: select,
    /** @param {[string, string][]} options value and words */
    offer(options) {
      const { value } = select;
      select.replaceChildren(...options.map(([key, words]) => element('option', { value: key }, words)));
      if (options.some(([key]) => key === value)) select.value = value;
    },
    get value() {
      return /** @type {string} */ (select.value);
    },
  };
}
