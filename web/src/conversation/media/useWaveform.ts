import { useEffect, useState } from 'react';
import { guessedBars, measuredBars, BARS } from './waveform';

/** More would take longer to decode than the picture is worth. */
const LARGEST = 1_500_000;

const measured = new Map<string, readonly number[]>();

/** The bars of a sound, 0 to 1: measured once where that is cheap; until then and else, guessed from its id. */
export function useWaveform(
  key: string,
  source: string | undefined,
  size: number,
): readonly number[] {
  const [bars, setBars] = useState(() => measured.get(key));
  useEffect(() => {
    if (bars || source === undefined || size === 0 || size > LARGEST) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    void measure(source, signal).then(
      (found) => {
        measured.set(key, found);
        if (!signal.aborted) setBars(found);
      },
      // Not to be decoded here, or gone: the guess stays.
      () => undefined,
    );
    return () => stop.abort();
  }, [bars, key, source, size]);
  return bars ?? guessedBars(key);
}

async function measure(source: string, signal: AbortSignal): Promise<readonly number[]> {
  const response = await fetch(source, { signal });
  if (!response.ok) throw new Error(`${response.status}`);
  // One sample in a few would do; the browser decodes all, at the lowest rate that it must support.
  const context = new OfflineAudioContext(1, BARS, 8_000);
  const sound = await context.decodeAudioData(await response.arrayBuffer());
  return measuredBars(sound.getChannelData(0));
}
