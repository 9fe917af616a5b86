import type { ReportTraces, Trace } from '../protocol/shapes';
import { ApiError, request } from './http';

/** A message's life as the server knows it; null when it has not stored the message. Raises NoAnswerError. */
export async function fetchTrace(clientId: string): Promise<Trace | null> {
  try {
    return await request<Trace>('GET', `/api/messages/${encodeURIComponent(clientId)}/trace`);
  } catch (fault) {
    if (fault instanceof ApiError) return null;
    throw fault;
  }
}

/** Tells what this browser saw of its own messages. `keepalive`: the page is about to go. */
export function reportTraces(report: ReportTraces, keepalive: boolean): Promise<null> {
  return request('POST', '/api/traces', { body: report, keepalive });
}
