import { expect, it } from 'vitest';
import { BARS, guessedBars, measuredBars } from './waveform';

it('a measured waveform is as loud as the sound in each of its parts, the loudest being 1', () => {
  const samples = new Float32Array(BARS * 100);
  samples.fill(0.25, 0, 100);
  samples.fill(-0.5, 100, 200);
  const bars = measuredBars(samples);
  expect(bars).toHaveLength(BARS);
  expect(bars.slice(0, 3)).toEqual([0.5, 1, 0]);
});

it('silence, and less than a sample for each bar, are flat', () => {
  expect(measuredBars(new Float32Array(BARS * 2))).toEqual(Array(BARS).fill(0));
  expect(measuredBars(new Float32Array(0))).toEqual(Array(BARS).fill(0));
});

it('a guessed one is the same for the same message, another for another, and within its frame', () => {
  expect(guessedBars('a')).toEqual(guessedBars('a'));
  expect(guessedBars('a')).not.toEqual(guessedBars('b'));
  expect(guessedBars('a').every((bar) => bar > 0 && bar <= 1)).toBe(true);
});
