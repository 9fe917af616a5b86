/** What a customer can send besides words. */

import { element, icon } from './elements.js';
import { control } from './emulator.js';

// Invented, as all that customers send from here.
const PLACE = { latitude: 53.3811, longitude: -1.4701, name: 'Larch Court', address: '14 Millrace Lane' };
const PERSON = {
  name: { formatted_name: 'Juniper Vale', first_name: 'Juniper', last_name: 'Vale' },
  phones: [{ phone: '+44 7700 900455', wa_id: '447700900455', type: 'CELL' }],
};

/**
 * The menu over the composer.
 * @param {{send: (message: any) => Promise<void>, close: () => void}} options
 * @returns {HTMLElement}
 */
export function attachMenu({ send, close }) {
  const file = element('input', { type: 'file', accept: 'image/jpeg,image/png,audio/*,video/mp4,application/pdf', hidden: true, 'aria-label': 'File to send' });
  file.addEventListener('change', async () => {
    const [chosen] = file.files;
    close();
    if (chosen) await send(await uploaded(chosen, chosen.name));
  });
  const item = (/** @type {string} */ symbol, /** @type {string} */ words, /** @type {() => unknown} */ act) =>
    element('button', { class: 'item', role: 'menuitem', onclick: act }, icon(symbol), words);
  const one = (/** @type {() => Promise<any> | any} */ make) => async () => {
    close();
    await send(await make());
  };
  const menu = element(
    'div',
    { class: 'menu', role: 'menu', 'aria-label': 'Send something' },
    item('i-image', 'Photo', one(samplePhoto)),
    item('i-doc', 'File of this computer', () => file.click()),
    item('i-pinmap', 'Location', one(() => ({ type: 'location', location: PLACE }))),
    item('i-person', 'Contact', one(() => ({ type: 'contacts', contacts: [PERSON] }))),
    file,
  );
  menu.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => moveIn(menu, event, close));
  return menu;
}

/**
 * Arrow keys move among the buttons of a pop-over, Escape closes it.
 * @param {HTMLElement} menu
 * @param {KeyboardEvent} event
 * @param {() => void} close
 */
export function moveIn(menu, event, close) {
  if (event.key === 'Escape') close();
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll('button')];
  const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  items[(at + step + items.length) % items.length]?.focus();
}

/** A voice note of three seconds. */
export async function voiceNote() {
  const sound = await (await fetch('/assets/voice-note.ogg')).blob();
  const { id } = await upload(sound, 'audio/ogg; codecs=opus');
  return { type: 'audio', audio: { id, voice: true } };
}

/** A picture drawn here, a little different each time. */
async function samplePhoto() {
  const canvas = element('canvas', { width: 720, height: 540 });
  const draw = canvas.getContext('2d');
  const hue = Math.round(Math.random() * 360);
  draw.fillStyle = `hsl(${hue} 30% 82%)`;
  draw.fillRect(0, 0, 720, 540);
  draw.fillStyle = `hsl(${(hue + 40) % 360} 26% 58%)`;
  draw.fillRect(0, 380, 720, 160);
  draw.strokeStyle = `hsl(${(hue + 200) % 360} 45% 30%)`;
  draw.lineWidth = 16;
  draw.lineJoin = 'round';
  for (const x of [210, 510]) {
    draw.beginPath();
    draw.arc(x, 360, 104, 0, 2 * Math.PI);
    draw.stroke();
  }
  draw.beginPath();
  for (const [x, y] of [[210, 360], [320, 200], [450, 200], [350, 360], [210, 360]]) draw.lineTo(x, y);
  draw.moveTo(320, 200);
  draw.lineTo(350, 360);
  draw.moveTo(510, 360);
  draw.lineTo(440, 150);
  draw.lineTo(500, 140);
  draw.moveTo(305, 180);
  draw.lineTo(345, 180);
  draw.stroke();
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
  const { id } = await upload(blob, 'image/jpeg');
  return { type: 'image', image: { id } };
}

/**
 * @param {File} file
 * @param {string} filename
 */
async function uploaded(file, filename) {
  const kind = ['image', 'audio', 'video'].find((one) => file.type.startsWith(`${one}/`)) ?? 'document';
  const { id } = await upload(file, file.type || 'application/octet-stream', filename);
  return { type: kind, [kind]: { id } };
}

/**
 * @param {Blob} blob
 * @param {string} type
 * @param {string} [filename]
 */
async function upload(blob, type, filename = '') {
  const path = `media${filename ? `?filename=${encodeURIComponent(filename)}` : ''}`;
  return control('POST', path, new Blob([blob], { type }));
}
