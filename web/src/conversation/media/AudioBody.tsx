import { useEffect, useRef, useState } from 'react';
import { mediaAddress } from '../../api/media';
import { durationWords, mediaWord } from '../../domain/media';
import { releaseUrl, useLocalUrl } from '../../outbox/localUrls';
import { AnyIcon } from '../../ui/AnyIcon';
import styles from './AudioBody.module.css';
import type { BodyProps } from './MediaBody';
import { playsAlone } from './playsAlone';
import { useSpeed } from './speed';
import { UploadRing } from './UploadRing';
import { useUpload } from './useUpload';
import { useWaveform } from './useWaveform';

/** A voice note or a piece of music: play, its waveform to seek in, how long it is, how fast. */
export function AudioBody({ item, kind, media }: BodyProps) {
  const { key, pos } = item;
  const local = useLocalUrl(key);
  const part = useUpload(item);
  const source = local ?? (pos === null ? undefined : mediaAddress(key));
  const player = useRef<HTMLAudioElement>(null);
  const { isPlaying, at, length, ...listeners } = usePlayer(media.duration_ms);
  const bars = useWaveform(key, source, media.size);
  const speed = useSpeed();
  useEffect(() => {
    if (!player.current) return;
    player.current.defaultPlaybackRate = speed.value;
    player.current.playbackRate = speed.value;
  }, [speed.value]);
  useEffect(() => () => void (pos !== null && releaseUrl(key)), [key, pos]);
  const what = mediaWord(kind, media).toLowerCase();
  const share = length > 0 ? at / length : 0;
  return (
    <div className={styles.audio} dir="ltr">
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- spoken by a contact, without a track */}
      <audio ref={player} src={source} preload="none" {...listeners} />
      {part === null ? (
        <button
          type="button"
          className={styles.play}
          aria-label={isPlaying ? `Pause the ${what}` : `Play the ${what}`}
          onClick={() => toggle(player.current)}
        >
          <AnyIcon name={isPlaying ? 'pause' : 'video'} />
        </button>
      ) : (
        <UploadRing clientId={key} part={part} size={34} />
      )}
      <div className={styles.wave}>
        <Bars bars={bars} share={share} />
        <input
          type="range"
          className={styles.seek}
          aria-label={`Place in the ${what}`}
          aria-valuetext={`${durationWords(at)} of ${durationWords(length)}`}
          min={0}
          max={Math.max(1, Math.round(length))}
          step={100}
          value={Math.round(at)}
          disabled={source === undefined}
          onChange={({ target }) => {
            if (player.current) player.current.currentTime = Number(target.value) / 1_000;
          }}
        />
      </div>
      <button
        type="button"
        className={styles.speed}
        aria-label={`Speed ${speed.value}, press to change`}
        onClick={speed.next}
      >
        {speed.value}×
      </button>
      <span className={styles.time}>{durationWords(isPlaying || at > 0 ? at : length)}</span>
    </div>
  );
}

/** Where it is; times in milliseconds. */
function usePlayer(knownLength: number | undefined) {
  const [isPlaying, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [measured, setMeasured] = useState<number | null>(null);
  return {
    isPlaying,
    at,
    length: measured ?? knownLength ?? 0,
    onPlay: ({ currentTarget }: { currentTarget: HTMLMediaElement }) => {
      playsAlone(currentTarget);
      setPlaying(true);
    },
    onPause: () => setPlaying(false),
    onEnded: () => setAt(0),
    onTimeUpdate: ({ currentTarget }: { currentTarget: HTMLMediaElement }) =>
      setAt(currentTarget.currentTime * 1_000),
    onDurationChange: ({ currentTarget: { duration } }: { currentTarget: HTMLMediaElement }) => {
      if (Number.isFinite(duration)) setMeasured(duration * 1_000);
    },
  };
}

function toggle(player: HTMLAudioElement | null): void {
  if (!player) return;
  // Refused where nothing can be played: the button stays as it is.
  if (player.paused) player.play().catch(() => undefined);
  else player.pause();
}

const STEP = 4;

function Bars({ bars, share }: { bars: readonly number[]; share: number }) {
  return (
    <svg width={bars.length * STEP} height="26" aria-hidden="true">
      {bars.map((bar, index) => {
        const height = 3 + bar * 20;
        return (
          <rect
            // oxlint-disable-next-line react/no-array-index-key -- bars never change places
            key={index}
            className={index < share * bars.length ? styles.heard : styles.bar}
            x={index * STEP}
            y={13 - height / 2}
            width="2.2"
            height={height}
            rx="1.1"
          />
        );
      })}
    </svg>
  );
}
