/** The control plane as the page calls it, and the live feed. */

/** @typedef {{wa_id: string, name: string, username: string | null, phone_hidden: boolean,
 *   device: 'online-open' | 'online' | 'offline', read_receipts: boolean, blocked: boolean, waiting: number,
 *   window_expires_at: string | null}} Contact */
/** @typedef {{id: string, direction: 'inbound' | 'outbound', type: string, text: string,
 *   at: string, status: string, context: string | null, content: any, seen?: boolean,
 *   media: {id: string, mime_type: string, filename: string | null, file_size: number, url: string} | null}} Line */
/** @typedef {{contact: Contact, messages: Line[], typing_seconds: number}} Thread */

/**
 * Call `/_control/{path}` with JSON, or with a file as it is; rejects with the emulator's sentence unless it answers 2xx.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function control(method, path, body) {
  const response = await fetch(`/_control/${path}`, {
    method,
    body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
    headers: body === undefined || body instanceof Blob ? {} : { 'Content-Type': 'application/json' },
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

/**
 * Listen for ever. `onOpen` runs at every (re)connection: nothing is replayed, so that is the
 * moment to read everything again.
 * @param {{onOpen: () => void, onLost: () => void, onEvent: (event: any) => void}} listener
 */
export function listen({ onOpen, onLost, onEvent }) {
  const source = new EventSource('/_control/live');
  source.addEventListener('open', onOpen);
  source.addEventListener('error', onLost);
  source.addEventListener('message', (event) => onEvent(JSON.parse(event.data)));
}
