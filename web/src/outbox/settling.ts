/** What an agent has asked about a message, until it is done: drawn beside the button that asked. */

import { ApiError } from '../api/http';
import { rowApplied } from '../cache/applyRow';
import { sentenceFor } from '../domain/errorSentences';
import { createSignal } from '../domain/signal';
import { newClientId } from './clientId';

/** `busy`: the server has been asked. `words`: it has not been done, and why. */
export interface Settling {
  busy: boolean;
  words: string | null;
}

export const settlingChanged = createSignal();

const settlings = new Map<string, Settling>();
const newIds = new Map<string, string>();

export function settlingOf(clientId: string): Settling | undefined {
  return settlings.get(clientId);
}

/** Asks once at a time. What goes wrong is said, and the same can be asked again. */
export async function settle(clientId: string, ask: () => Promise<void>): Promise<void> {
  if (settlings.get(clientId)?.busy) return;
  become(clientId, { busy: true, words: null });
  try {
    await ask();
    become(clientId, null);
  } catch (fault) {
    become(clientId, { busy: false, words: faultWords(fault) });
  }
}

/** Another agent may be next: what this one asked is not shown to them. */
export function forgetSettlings(): void {
  settlings.clear();
  newIds.clear();
  settlingChanged.emit();
}

/** It is still being asked, without an answer so far. */
export function stillAsking(clientId: string, words: string): void {
  become(clientId, { busy: true, words });
}

/** The new id for *Send again* or *Retry*: the same one until the server has answered, so that it is done once. */
export async function withNewId<Answer>(
  clientId: string,
  ask: (newId: string) => Promise<Answer>,
): Promise<Answer> {
  const newId = newIds.get(clientId) ?? newClientId();
  newIds.set(clientId, newId);
  try {
    const answer = await ask(newId);
    newIds.delete(clientId);
    return answer;
  } catch (fault) {
    if (fault instanceof ApiError) newIds.delete(clientId);
    throw fault;
  }
}

// An event that changes the message answers what was asked about it.
rowApplied.subscribe(({ row: { client_id: clientId, status, dismissed_at: dismissedAt } }) => {
  const isOpen = (status === 'unconfirmed' || status === 'failed') && dismissedAt === null;
  if (isOpen) return;
  newIds.delete(clientId);
  if (settlings.get(clientId)?.busy === false) become(clientId, null);
});

function become(clientId: string, next: Settling | null): void {
  if (next) settlings.set(clientId, next);
  else settlings.delete(clientId);
  settlingChanged.emit();
}

function faultWords(fault: unknown): string {
  if (fault instanceof ApiError) return sentenceFor(fault.code, fault.params);
  return 'The server does not answer. Check the connection and try again; it is done only once.';
}
