import { vi } from 'vitest';
import type { MessageRow, SendMessage } from '../protocol/shapes';
import { ownRow, typedMessage } from './rows';

/** A problem the server answers with. */
export interface Refusal {
  status: number;
  code: string;
}

type Answer = object | Refusal | null;
type Handler = (path: string[], body: unknown) => Answer | Promise<Answer>;

/** The server behind `fetch`: routes by method and path, and what was asked of it. */
export class FakeServer {
  readonly asked: string[] = [];
  #pos = 0;
  readonly #handlers: [RegExp, Handler][] = [];

  constructor() {
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => this.#answer(path, init));
    // Accepts whatever is posted, knows nothing else.
    this.on('POST /api/conversations/([^/]+)/messages', (_path, body) => this.accept(body));
    this.on('GET /api/messages/by-client-id/', () => ({ status: 404, code: 'not_found' }));
  }

  /** A later handler for the same route takes the place of an earlier one. */
  on(route: string, handler: Handler): void {
    this.#handlers.unshift([new RegExp(`^${route}`), handler]);
  }

  /** The row of a body that was posted. */
  accept(body: unknown, given: Partial<MessageRow> = {}): MessageRow {
    const { client_id: clientId, text_content: text } = body as SendMessage;
    return ownRow(typedMessage(clientId), ++this.#pos, { text_content: text, ...given });
  }

  async #answer(path: string, init: RequestInit): Promise<Response> {
    const question = `${init.method} ${path}`;
    this.asked.push(question);
    const found = this.#handlers.find(([route]) => route.test(question));
    if (!found) throw new TypeError(`no route for ${question}`);
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    const answer = await found[1](found[0].exec(question)?.slice(1) ?? [], body);
    if (answer === null) return new Response(null, { status: 204 });
    if (!isRefusal(answer)) return Response.json(answer);
    const { status } = answer;
    const headers = { 'Content-Type': 'application/problem+json' };
    return new Response(JSON.stringify({ ...answer, title: '' }), { status, headers });
  }
}

const isRefusal = (answer: object): answer is Refusal => 'code' in answer;

/** Web Locks of a browser with one tab: whoever asks has it. */
export function stubLocks(): void {
  const request = (_name: string, work: () => Promise<void>) => work();
  const query = () => Promise.resolve({ held: [] });
  vi.stubGlobal('navigator', Object.create(navigator, { locks: { value: { request, query } } }));
}
