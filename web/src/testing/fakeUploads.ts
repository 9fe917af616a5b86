import { vi } from 'vitest';

/** An upload as the transport sees it, waiting for the test's answer. */
export class FakeXhr extends EventTarget {
  readonly upload = new EventTarget();
  readonly headers: Record<string, string> = {};
  status = 0;
  responseText = '';
  bytes: unknown = null;
  hasEnded = false;
  #problem = false;

  open(method: string, path: string): void {
    this.headers[':path'] = `${method} ${path}`;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getResponseHeader(name: string): string | null {
    return name === 'Content-Type' && this.#problem ? 'application/problem+json' : null;
  }

  send(bytes: unknown): void {
    this.bytes = bytes;
  }

  abort(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.dispatchEvent(new Event('abort'));
    this.dispatchEvent(new Event('loadend'));
  }

  progress(loaded: number, total: number): void {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded, total }));
  }

  answer(status: number, body: object): void {
    this.hasEnded = true;
    this.status = status;
    this.#problem = status >= 400;
    this.responseText = JSON.stringify(body);
    this.dispatchEvent(new Event('load'));
    this.dispatchEvent(new Event('loadend'));
  }

  /** The line breaks. */
  lose(): void {
    this.hasEnded = true;
    this.dispatchEvent(new Event('error'));
    this.dispatchEvent(new Event('loadend'));
  }
}

/** The server behind uploads: what has been asked of it. */
export function stubUploads(): FakeXhr[] {
  const asked: FakeXhr[] = [];
  vi.stubGlobal('XMLHttpRequest', function Xhr() {
    const xhr = new FakeXhr();
    asked.push(xhr);
    return xhr;
  });
  return asked;
}
