/** The page of phones alone: up to three side by side. */

import { Clock, QuietSign } from './clock.js';
import { listen } from './emulator.js';
import { Phones } from './phones.js';

const isAddressed = location.pathname.startsWith('/phone/');
const clock = new Clock();
const quiet = new QuietSign();
const phones = new Phones(/** @type {HTMLElement} */ (document.querySelector('[data-phones]')), {
  room: () => (innerWidth >= 1000 ? 3 : innerWidth >= 700 ? 2 : 1),
  now: clock.now,
  named: decodeURIComponent(/^\/phone\/([^/]+)/.exec(location.pathname)?.[1] ?? ''),
  onFirst: (waId) => {
    if (isAddressed) history.replaceState(null, '', `/phone/${waId}`);
  },
});

async function readEverything() {
  await clock.read();
  await phones.read();
}

/** @param {any} event */
function onEvent(event) {
  if (event.type === 'quiet') quiet.show(event.quiet);
  else if (event.type === 'clock') clock.set(event.ahead_seconds);
  else if (event.type === 'reset') void readEverything();
  else phones.onEvent(event);
}

listen({ onOpen: () => void readEverything(), onLost: () => quiet.showLost(), onEvent });
