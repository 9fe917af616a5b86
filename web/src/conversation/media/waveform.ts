/** How many fit into 178 pixels. */
export const BARS = 44;

/** The loudness of each of the parts of a sound, 0 to 1, the loudest being 1. */
export function measuredBars(samples: Float32Array): readonly number[] {
  const length = samples.length / BARS;
  const loudness = Array.from({ length: BARS }, (_, bar) => {
    const [from, to] = [Math.floor(bar * length), Math.floor((bar + 1) * length)];
    let sum = 0;
    for (let at = from; at < to; at++) sum += (samples[at] ?? 0) ** 2;
    return Math.sqrt(sum / Math.max(1, to - from));
  });
  const loudest = Math.max(...loudness);
  return loudness.map((each) => (loudest > 0 ? each / loudest : 0));
}

/** Bars of a sound that nobody has measured: the same for the same id, and like a voice. */
export function guessedBars(id: string): readonly number[] {
  let seed = 2_166_136_261;
  for (const letter of id) seed = Math.imul(seed ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return Array.from({ length: BARS }, (_, bar) => {
    seed = Math.imul(seed ^ (seed >>> 15), 2_246_822_519) + bar;
    const chance = (seed >>> 8) / 2 ** 24;
    return 0.15 + 0.75 * chance * (0.55 + 0.45 * Math.sin(bar / 3));
  });
}
