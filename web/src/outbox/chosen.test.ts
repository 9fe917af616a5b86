import { afterEach, expect, it } from 'vitest';
import * as chosen from './chosen';

const file = (key: string, state: 'ready' | 'preparing' | 'refused'): chosen.ChosenFile => ({
  key,
  name: key,
  ready:
    state === 'ready'
      ? { kind: 'image', media: { mime_type: '', size: 1, state: 'ready' }, file: `file-${key}` }
      : null,
  refused: state === 'refused' ? 'Too large.' : null,
});

afterEach(() => chosen.forgetChosen());

it('Enter takes what is ready, once; what is refused stays to be read', () => {
  chosen.putChosen('c', [file('a', 'ready'), file('b', 'refused'), file('d', 'ready')]);
  expect(chosen.takeChosen('c', true).map((each) => each?.file)).toEqual(['file-a', 'file-d']);
  expect(chosen.takeChosen('c', true)).toEqual([]);
  expect(chosen.chosenOf('c').map((each) => each.key)).toEqual(['b']);
});

it('an Enter before a file is ready can wait for it', async () => {
  chosen.putChosen('c', [file('a', 'preparing')]);
  const waiting = chosen.untilReady('c');
  chosen.putChosen('c', [file('a', 'ready')]);
  expect(await waiting).toBe(true);
  chosen.putChosen('c', [file('a', 'refused')]);
  expect(await chosen.untilReady('c')).toBe(false);
});

it('the bytes of what is taken away or left at signing out are dropped', () => {
  const dropped: string[] = [];
  const unsubscribe = chosen.chosenDropped.subscribe((id) => dropped.push(id));
  chosen.putChosen('c', [file('a', 'ready'), file('b', 'ready')]);
  chosen.removeChosen('c', 'a');
  chosen.forgetChosen();
  unsubscribe();
  expect(dropped).toEqual(['file-a', 'file-b']);
  expect(chosen.hasChosen()).toBe(false);
});
