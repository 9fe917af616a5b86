// @vitest-environment happy-dom
import { expect, it, vi } from 'vitest';
import { playsAlone } from './playsAlone';

it('what begins to play pauses what played before, and not itself', () => {
  const [one, other] = [document.createElement('audio'), document.createElement('video')];
  const paused = [one, other].map((player) => vi.spyOn(player, 'pause'));
  playsAlone(one);
  playsAlone(one);
  expect(paused.map((spy) => spy.mock.calls.length)).toEqual([0, 0]);
  playsAlone(other);
  expect(paused.map((spy) => spy.mock.calls.length)).toEqual([1, 0]);
});
