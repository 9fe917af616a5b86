import { useEffect, useState, type RefObject } from 'react';

type OnFiles = (files: readonly File[]) => void;

/** Files from the clipboard, wherever on the page they are pasted. */
export function useFilePaste(onFiles: OnFiles): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // Text copied from an office program brings a picture of itself along.
      if (files.length === 0 || event.clipboardData?.getData('text/plain')) return;
      event.preventDefault();
      onFiles(files);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, [onFiles]);
}

/**
 * Files dropped onto the positioned box around `place`; whether some are held over it. Beside it they do nothing,
 * where the browser would leave the page to open them.
 */
export function useFileDrop(place: RefObject<HTMLElement | null>, onFiles: OnFiles): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const follow = (event: DragEvent) => {
      const { dataTransfer, target, type } = event;
      if (!dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      const isInside =
        target instanceof Node && (place.current?.offsetParent?.contains(target) ?? false);
      dataTransfer.dropEffect = isInside ? 'copy' : 'none';
      setOver(isInside && type !== 'drop');
      if (isInside && type === 'drop') onFiles([...dataTransfer.files]);
    };
    // Out of the window, or given up.
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    document.addEventListener('dragover', follow);
    document.addEventListener('drop', follow);
    document.addEventListener('dragleave', leave);
    return () => {
      document.removeEventListener('dragover', follow);
      document.removeEventListener('drop', follow);
      document.removeEventListener('dragleave', leave);
    };
  }, [place, onFiles]);
  return isOver;
}
