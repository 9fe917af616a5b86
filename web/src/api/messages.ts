import type { MessageRow, RetryMessage } from '../protocol/shapes';
import { ApiError, request } from './http';

const path = (clientId: string, verb: string) =>
  `/api/messages/${encodeURIComponent(clientId)}/${verb}`;

/** The row; null when the server has never stored it. Raises ApiError `cancelled` for one taken back. */
export async function findMessage(
  clientId: string,
  signal?: AbortSignal,
): Promise<MessageRow | null> {
  try {
    return await request<MessageRow>(
      'GET',
      `/api/messages/by-client-id/${encodeURIComponent(clientId)}`,
      signal ? { signal } : {},
    );
  } catch (fault) {
    if (fault instanceof ApiError && fault.code === 'not_found') return null;
    throw fault;
  }
}

/** A failed message as a new one under `newClientId`, an unconfirmed one as its next attempt. 409 for the second caller. */
export function retryMessage(clientId: string, newClientId: string): Promise<MessageRow> {
  const body: RetryMessage = { client_id: newClientId };
  return request('POST', path(clientId, 'retry'), { body });
}

/** Failed or unconfirmed is settled by a person; 409 `already_settled` for all callers but one. */
export function dismissMessage(clientId: string): Promise<MessageRow> {
  return request('POST', path(clientId, 'dismiss'));
}

/** Takes back what was not handed to WhatsApp: its row as cancelled, null when it was never stored. */
export function cancelMessage(clientId: string): Promise<MessageRow | null> {
  return request('POST', path(clientId, 'cancel'));
}
