import type { Upload } from '../api/media';
import type { UploadedMedia } from '../protocol/shapes';
import { Uploads } from '../outbox/uploads';
import { silence, type Browser, type Tab } from './outboxWorld';
import { filedMessage } from './rows';

/** An upload that waits for the test's answer. */
export interface Uploading {
  bytes: string;
  upload: Upload;
  signal: AbortSignal;
  progress: (part: number) => void;
  done: (given?: Partial<UploadedMedia>) => void;
  fail: (fault: Error) => void;
}

/** The files of one browser, by name: its pages share them. */
export class FileShelf {
  readonly files = new Map<string, Blob>();
  readonly dropped: string[] = [];
}

/** A page that uploads too. */
export class UploadingTab {
  readonly uploading: Uploading[] = [];
  readonly uploads: Uploads;
  /** A file's bytes are its name, so that a test can tell them apart. */
  constructor(
    readonly tab: Tab,
    browser: Browser,
    readonly shelf: FileShelf,
  ) {
    this.uploads = new Uploads({
      outbox: tab.outbox,
      locks: browser.locks,
      find: (file) => Promise.resolve(shelf.files.get(file)),
      drop: (file) => {
        shelf.files.delete(file);
        shelf.dropped.push(file);
      },
      upload: (upload, progress, signal) =>
        new Promise<UploadedMedia>((resolve, fail) => {
          signal.addEventListener('abort', () => fail(silence()));
          const { type: bytes } = upload.bytes;
          const done = (given: Partial<UploadedMedia> = {}) =>
            resolve({ id: `media-${bytes}`, kind: 'image', mime_type: '', size: 1, ...given });
          this.uploading.push({ bytes, upload, signal, progress, done, fail });
        }),
    });
    tab.prepare = (clientId, signal) => this.uploads.ready(clientId, signal);
  }

  /** Enter, with a file of this name. */
  enterFile(clientId: string, at?: number): void {
    this.shelf.files.set(`file-of-${clientId}`, new Blob([clientId], { type: clientId }));
    const entry = this.tab.outbox.newEntry(filedMessage(clientId, at), null);
    const attachment = { file: `file-of-${clientId}` };
    this.tab.outbox.addOptimisticMessage({ ...entry, attachment });
  }

  /** The upload of this message that was begun last. */
  of(clientId: string): Uploading | undefined {
    return this.uploading.findLast((each) => each.bytes === clientId);
  }

  get begun(): string[] {
    return this.uploading.map((each) => each.bytes);
  }
}
