import type { CSSProperties } from 'react';
import styles from './Skeleton.module.css';

/** A still grey shape where something will be. Show it only after 300 ms (`useAfter`). */
export function Skeleton({ width, height, round = false }: SkeletonProps) {
  const box: CSSProperties = { inlineSize: width, blockSize: height };
  return (
    <span
      className={round ? `${styles.bone ?? ''} ${styles.round ?? ''}` : styles.bone}
      style={box}
    />
  );
}

interface SkeletonProps {
  width: string | number;
  height: number;
  round?: boolean;
}
