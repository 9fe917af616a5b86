/** What is inside a bubble, by the type of the message. */

import { element, icon } from './elements.js';

/** @typedef {import('./emulator.js').Line} Line */

/**
 * @param {Line} line
 * @param {(line: Line, choice: any) => void} onChoice a button or row of the message was tapped
 * @returns {(Node | string)[]}
 */
export function contentOf(line, onChoice) {
  const draw = DRAWN[line.type];
  const content = line.content ?? {};
  return (draw && draw(line, content, onChoice)) || [line.text];
}

/** @type {Record<string, (line: Line, content: any, onChoice: (line: Line, choice: any) => void) => (Node | string)[] | null>} */
const DRAWN = {
  image: (line, content) => picture(line, content.caption || 'Photo'),
  sticker: (line) => picture(line, 'Sticker'),
  video: (line, content) =>
    line.media && [element('video', { src: line.media.url, controls: true, preload: 'metadata' }), ...words(content.caption)],
  audio: (line, content) =>
    line.media && [element('audio', { src: line.media.url, controls: true, preload: 'none', 'aria-label': content.voice ? 'Voice note' : 'Audio' })],
  document: (line, content) =>
    line.media && [
      tile('i-doc', element('a', { href: line.media.url, download: content.filename ?? '' }, content.filename ?? 'Document'), size(line.media.file_size)),
      ...words(content.caption),
    ],
  location: (_, content) => [
    tile('i-pinmap', content.name || 'Location', content.address || `${content.latitude}, ${content.longitude}`),
  ],
  contacts: (_, content) =>
    Array.isArray(content)
      ? content.map((one) => tile('i-person', one.name?.formatted_name ?? 'Contact', one.phones?.[0]?.phone ?? ''))
      : null,
  button: (_, content) => [content.text ?? content.payload ?? ''],
  interactive: (line, content, onChoice) =>
    line.direction === 'inbound' ? chosen(content) : interactive(line, content, onChoice),
};

/**
 * @param {Line} line
 * @param {string} alt
 */
function picture(line, alt) {
  if (!line.media) return null;
  const caption = line.content?.caption;
  return [element('img', { src: line.media.url, alt, class: line.type }), ...words(caption)];
}

/** @param {string | undefined} caption */
function words(caption) {
  return caption ? [element('span', { class: 'caption' }, caption)] : [];
}

/**
 * @param {string} symbol
 * @param {Node | string} title
 * @param {string} small
 */
function tile(symbol, title, small) {
  return element(
    'span',
    { class: 'tile' },
    element('i', {}, icon(symbol)),
    element('span', {}, element('b', {}, title), element('small', {}, small)),
  );
}

/** @param {any} content */
function chosen(content) {
  const reply = content.button_reply ?? content.list_reply;
  return reply ? [reply.title, ...(reply.description ? [element('small', { class: 'caption' }, reply.description)] : [])] : null;
}

/**
 * A message of the business with buttons or rows to tap.
 * @param {Line} line
 * @param {any} content
 * @param {(line: Line, choice: any) => void} onChoice
 */
function interactive(line, content, onChoice) {
  const buttons = (content.action?.buttons ?? []).map((/** @type {any} */ one) => one.reply).filter(Boolean);
  const rows = (content.action?.sections ?? []).flatMap((/** @type {any} */ section) => section.rows ?? []);
  const choices = [
    ...buttons.map((/** @type {any} */ reply) => choiceButton(reply.title, '', () => onChoice(line, { type: 'button_reply', button_reply: { id: reply.id, title: reply.title } }))),
    ...rows.map((/** @type {any} */ row) => choiceButton(row.title, row.description, () => onChoice(line, { type: 'list_reply', list_reply: { id: row.id, title: row.title, ...(row.description ? { description: row.description } : {}) } }))),
  ];
  return [
    ...(content.header?.text ? [element('b', { class: 'head' }, content.header.text)] : []),
    content.body?.text ?? line.text,
    ...(content.footer?.text ? [element('small', { class: 'caption' }, content.footer.text)] : []),
    element('span', { class: 'choices' }, ...choices),
  ];
}

/**
 * @param {string} title
 * @param {string | undefined} description
 * @param {() => void} onTap
 */
function choiceButton(title, description, onTap) {
  return element('button', { class: 'choice', onclick: onTap }, title, ...(description ? [element('small', {}, description)] : []));
}

/** @param {number} bytes */
function size(bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
