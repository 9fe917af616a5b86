import type { CSSProperties } from 'react';
import { stopUpload } from '../../outbox/settleMessage';
import { Icon } from '../../ui/Icon';
import styles from './UploadRing.module.css';

/** How far a file has come, and a press to stop it. Two halves of a ring turn out of hiding: only transforms move. */
export function UploadRing({ clientId, part, size = 48 }: UploadRingProps) {
  const percent = Math.round(part * 100);
  const turn = (from: number) => Math.min(180, Math.max(0, part * 360 - from)) - 180;
  const half = (from: number): CSSProperties => ({ transform: `rotate(${turn(from)}deg)` });
  return (
    <button
      type="button"
      className={styles.ring}
      style={{ inlineSize: size, blockSize: size }}
      aria-label={`Sending the file, ${percent} %. Press to stop`}
      title="Stop sending this file"
      data-upload={percent}
      onClick={() => stopUpload(clientId)}
    >
      <span className={styles.right}>
        <i style={half(0)} />
      </span>
      <span className={styles.left}>
        <i style={half(180)} />
      </span>
      <Icon name="close" />
    </button>
  );
}

interface UploadRingProps {
  clientId: string;
  /** 0 to 1. */
  part: number;
  size?: number;
}
