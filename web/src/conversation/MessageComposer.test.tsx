// @vitest-environment happy-dom
import 'fake-indexeddb/auto';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createQueryClient } from '../cache/queryClient';
import { putChosen, type ChosenFile } from '../outbox/chosen';
import { useSendMessage } from '../outbox/useSendMessage';
import { runningOutbox, startOutbox, stopOutbox } from '../outbox/running';
import { AGENT, CONVERSATION } from '../testing/rows';
import { MessageComposer } from './MessageComposer';

function Composer() {
  const send = useSendMessage(CONVERSATION);
  return (
    <MessageComposer conversationId={CONVERSATION} handleSendMessage={() => void send(null)} />
  );
}

const field = () => screen.getByRole<HTMLTextAreaElement>('textbox');
const type = (value: string) => fireEvent.change(field(), { target: { value } });
const press = (options: object = {}) => fireEvent.keyDown(field(), { key: 'Enter', ...options });
const sent = () =>
  [...(runningOutbox()?.outbox.entries ?? [])].map(({ message }) => message.text_content);

beforeEach(() => {
  // The lane waits for ever: this is about what Enter does, not about what follows.
  const locks = { value: { request: () => new Promise(() => undefined) } };
  vi.stubGlobal('navigator', Object.create(navigator, { locks }));
  vi.stubGlobal('matchMedia', () => ({ matches: false }));
  vi.stubGlobal('CSS', { supports: () => true });
  const session = {
    agent: AGENT,
    inboxes: [],
    epoch: crypto.randomUUID(),
    debug: false,
    emulator_console: '',
  };
  startOutbox({ session, client: createQueryClient() });
  render(<Composer />);
});
afterEach(() => {
  cleanup();
  stopOutbox();
  vi.unstubAllGlobals();
});

describe('Enter', () => {
  test('sends, clears and keeps the focus', () => {
    expect(document.activeElement).toBe(field());
    type('Hello');
    press();
    expect(sent()).toEqual(['Hello']);
    expect(field().value).toBe('');
    expect(document.activeElement).toBe(field());
  });

  test('twice in one frame sends once, held down as well', () => {
    type('Hello');
    press();
    press();
    press({ repeat: true });
    expect(sent()).toHaveLength(1);
    type('Again');
    press({ repeat: true });
    expect(sent()).toHaveLength(1);
    expect(field().value).toBe('Again');
  });

  test('with Shift begins a new line, and other keys do nothing', () => {
    type('Hello');
    press({ shiftKey: true });
    fireEvent.keyDown(field(), { key: 'a' });
    expect(sent()).toEqual([]);
  });

  test.each([
    ['while a word is being composed', { isComposing: true }],
    ['of the input method itself', { keyCode: 229 }],
  ])('%s sends nothing', (_when, options) => {
    type('にほ');
    press(options);
    expect(sent()).toEqual([]);
  });

  test('right after a composition sends nothing, as Safari ends it before its own Enter', () => {
    type('にほ');
    // However busy the machine is, the two events bear the same time.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    fireEvent.compositionEnd(field());
    press();
    expect(sent()).toEqual([]);
  });

  test('on a screen keyboard begins a new line', () => {
    vi.stubGlobal('matchMedia', () => ({ matches: true }));
    type('Hello');
    press();
    expect(sent()).toEqual([]);
  });
});

describe('what is not sent', () => {
  test.each(['', '  \n ', '\u200b'])('a text that shows nothing: %j', (text) => {
    type(text);
    press();
    expect(sent()).toEqual([]);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send' }).disabled).toBe(true);
  });

  test('a text that is too long; how much too long is said', () => {
    type('🚲'.repeat(4_098));
    press();
    expect(sent()).toEqual([]);
    expect(screen.getByRole('status').textContent).toContain('2 characters too many');
  });

  test('the limit is named only when it is near', () => {
    type('a'.repeat(3_800));
    expect(screen.queryByRole('status')).toBeNull();
    type('a'.repeat(3_996));
    expect(screen.getByRole('status').textContent).toBe('100 characters left');
  });

  test('what no message can hold is taken out', () => {
    type('a\0b\ud800c');
    press();
    expect(sent()).toEqual(['ab\ufffdc']);
  });

  test('white space around the text', () => {
    type('  Hello \n');
    press();
    expect(sent()).toEqual(['Hello']);
  });
});

test('the button sends too, and takes no focus from the field', () => {
  type('Hello');
  const button = screen.getByRole('button', { name: 'Send' });
  expect(fireEvent.pointerDown(button)).toBe(false);
  fireEvent.click(button);
  expect(sent()).toEqual(['Hello']);
});

test('a text that came back stands in the field with its reason, until it is changed or the reason closed', () => {
  const lift = () =>
    runningOutbox()?.drafts.lift(CONVERSATION, 'Came back', { code: 'window_closed', params: {} });
  cleanup();
  lift();
  render(<Composer />);
  expect(field().value).toBe('Came back');
  expect(screen.getByRole('alert').textContent).toContain('Not sent.');
  fireEvent.click(screen.getByRole('button', { name: /close/i }));
  expect(screen.queryByRole('alert')).toBeNull();
  expect(field().value).toBe('Came back');
});

describe('files above the field', () => {
  const file = (key: string, isReady = true): ChosenFile => ({
    key,
    name: `${key}.jpg`,
    ready: isReady
      ? { kind: 'image', media: { mime_type: 'image/jpeg', size: 1, state: 'ready' }, file: key }
      : null,
    refused: null,
  });
  const choose = (...files: ChosenFile[]) => act(() => putChosen(CONVERSATION, files));
  const files = () =>
    [...(runningOutbox()?.outbox.entries ?? [])].map((entry) => entry.attachment?.file);

  test('go out with Enter in their order, the words under the first, and twice sends once', () => {
    choose(file('one'), file('two'));
    type(' Both of them ');
    press();
    press();
    expect(files()).toEqual(['one', 'two']);
    expect(sent()).toEqual(['Both of them', '']);
  });

  test('go out without words too', () => {
    choose(file('one'));
    expect(field().placeholder).toBe('Add a caption');
    press();
    expect(sent()).toEqual(['']);
  });

  test('the draft’s id is that of the first message (R1)', () => {
    type('Caption');
    const draftId = runningOutbox()?.drafts.get(CONVERSATION)?.id;
    choose(file('one'), file('two'));
    press();
    const [first, second] = [...(runningOutbox()?.outbox.entries ?? [])];
    expect(first?.message.client_id).toBe(draftId);
    expect(second?.message.client_id).not.toBe(draftId);
  });

  test('an Enter before they are ready sends as soon as they are', async () => {
    choose(file('one', false));
    type('Quick');
    press();
    expect(sent()).toEqual([]);
    choose(file('one'));
    await vi.waitFor(() => expect(files()).toEqual(['one']));
  });

  test('words before a sound are a message of their own: WhatsApp takes none under it', () => {
    const sound = file('song');
    choose({ ...sound, ready: { ...sound.ready!, kind: 'audio' } });
    type('Listen to this');
    press();
    expect(sent()).toEqual(['Listen to this', '']);
    expect(files()).toEqual([undefined, 'song']);
    choose({ ...sound, ready: { ...sound.ready!, kind: 'audio' } });
    type('  ');
    press();
    expect(files()).toEqual([undefined, 'song', 'song']);
  });

  test('a caption longer than WhatsApp takes waits to be shortened', () => {
    choose(file('one'));
    type('x'.repeat(1_025));
    press();
    expect(sent()).toEqual([]);
    expect(screen.getByText(/1 characters too many under a file/)).toBeTruthy();
  });
});
