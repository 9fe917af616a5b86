let playing: HTMLMediaElement | null = null;

/** One plays at a time: this one has begun. */
export function playsAlone(player: HTMLMediaElement): void {
  if (playing !== player) playing?.pause();
  playing = player;
}
