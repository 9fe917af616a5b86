import type { RefObject } from 'react';
import styles from './IncomingFiles.module.css';
import { useFileDrop, useFilePaste } from './useIncomingFiles';

/** Takes what is pasted, and what is dropped onto the conversation that `place` stands in. */
export function IncomingFiles({ place, onFiles }: IncomingFilesProps) {
  useFilePaste(onFiles);
  const isOver = useFileDrop(place, onFiles);
  return isOver ? <div className={styles.over}>Drop files to attach them</div> : null;
}

interface IncomingFilesProps {
  place: RefObject<HTMLElement | null>;
  onFiles: (files: readonly File[]) => void;
}
