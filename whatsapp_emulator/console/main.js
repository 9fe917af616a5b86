/** The console: phones, wire, faults, weather, clock and ledger of one emulator. */

import { Clock, QuietSign } from '/assets/clock.js';
import { control, listen } from '/assets/emulator.js';
import { Phones } from '/assets/phones.js';
import { Faults } from './faults.js';
import { Ledger } from './ledger.js';
import { armReset, armTabs } from './page.js';
import { Weather } from './weather.js';
import { Wire } from './wire.js';

const part = (/** @type {string} */ name) =>
  /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));

const clock = new Clock();
const quiet = new QuietSign();
const phones = new Phones(part('phones'), {
  room: () => (innerWidth >= 1120 ? 3 : innerWidth >= 700 ? 2 : 1),
  now: clock.now,
});
const people = { all: () => phones.contacts(), nameOf: (/** @type {string} */ waId) => phones.byId.get(waId)?.name ?? `+${waId}` };
const wire = new Wire(part('wire'), people);
const ledger = new Ledger(part('ledger'), people);
const faults = new Faults(part('faults'), people);
const weather = new Weather(part('weather'), part('forecast'));

async function readEverything() {
  const [fixed, inForce] = await Promise.all([control('GET', 'console'), control('GET', 'weather')]);
  document.title = `${fixed.business} · WhatsApp emulator`;
  await Promise.all([clock.read(), phones.read()]);
  weather.offer(fixed.weathers);
  faults.offer(fixed.switches, fixed.seed);
  showFaults(inForce);
  showPeople();
  await Promise.all([wire.read(), ledger.read()]);
}

/** @param {{weather: string | null, rules: import('./faults.js').Rule[]}} inForce */
function showFaults(inForce) {
  weather.show(inForce.weather, inForce.rules.length);
  faults.show(inForce.rules);
}

function showPeople() {
  wire.showPeople();
  faults.showPeople();
}

/** @param {any} event */
function onEvent(event) {
  if (event.type === 'quiet') quiet.show(event.quiet);
  else if (event.type === 'clock') clock.set(event.ahead_seconds);
  else if (event.type === 'reset') void readEverything();
  else if (event.type === 'wire') wire.put(event.exchange);
  else if (event.type === 'entry') ledger.put(event.entry);
  else if (event.type === 'faults') showFaults(event);
  else {
    const known = phones.byId.size;
    phones.onEvent(event);
    if (phones.byId.size !== known) showPeople();
  }
}

armTabs(part('tabs'));
armReset(part('reset'));
listen({ onOpen: () => void readEverything(), onLost: () => quiet.showLost(), onEvent });
