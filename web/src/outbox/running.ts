/** The outbox of the agent who is signed in: one per page, started and stopped by the session. */

import type { QueryClient } from '@tanstack/react-query';
import { protocolTooOld } from '../api/http';
import { storeRenewed } from '../cache/streamCursor';
import { createSignal } from '../domain/signal';
import type { SessionAnswer } from '../protocol/shapes';
import { assembleOutbox, type RunningOutbox } from './assemble';
import { forgetChosen, hasChosen } from './chosen';
import { storedDraft } from './draftStore';
import { isQueued, type OutboxEntry } from './entry';
import { openOutboxStorage, type Owner } from './outboxStorage';
import { forgetSettlings } from './settling';

/** Anything in outbox, drafts or storage has changed, or another outbox runs. */
export const outboxChanged = createSignal();

/** Conversations whose composer is on this tab's screen: only there may a text be lifted by itself (R19). */
export const shownComposers = new Set<string>();

let running: RunningOutbox | null = null;

/** Null while nobody is signed in. */
export function runningOutbox(): RunningOutbox | null {
  return running;
}

/** Starts posting what this agent has waiting here; for the same agent and store it only wakes what runs. */
export function startOutbox({ session, client }: { session: SessionAnswer; client: QueryClient }) {
  const owner: Owner = { agentId: session.agent._id, epoch: session.epoch };
  if (running?.owner.agentId === owner.agentId && running.owner.epoch === owner.epoch) {
    running.outbox.wake();
    return;
  }
  stopOutbox();
  running = assembleOutbox(owner, session.agent, client, shownComposers, outboxChanged.emit);
  outboxChanged.emit();
}

/** Stops posting. Nothing is wiped (R16). */
export function stopOutbox(): void {
  running?.stop();
  running = null;
  forgetSettlings();
  forgetChosen();
  outboxChanged.emit();
}

/** Signing out by one's own will, after the warning: this agent's texts leave this browser. */
export async function wipeOutbox(): Promise<void> {
  if (!running) return;
  const { owner, outbox, drafts } = running;
  // The agent's other tabs forget them too, or they would post what was to be deleted at the next sign-in.
  for (const entry of outbox.entries) outbox.remove(entry.message.client_id);
  for (const draft of drafts.all()) drafts.setText(draft.conversationId, '');
  stopOutbox();
  await wipeOutboxStorage(owner);
}

/** Removes what this agent has in this store: only signing out does so, after a warning. */
export async function wipeOutboxStorage(owner: Owner): Promise<void> {
  const storage = openOutboxStorage(owner);
  const { entries, drafts } = await storage.load();
  await storage.write({
    removed: entries.map((entry) => entry.message.client_id),
    drafts: Object.fromEntries(drafts.map((draft) => [draft.conversationId, null])),
  });
  storage.close();
}

/** These entries have been drawn as stored rows (R15). */
export function purgeDrawn(entries: readonly OutboxEntry[]): void {
  running?.outbox.purge(entries.map((entry) => entry.message.client_id));
}

/** Some text or file of this agent is only in this browser. */
export function hasUnsentText(): boolean {
  if (!running) return false;
  if (hasChosen()) return true;
  const isTyped = [...running.drafts.all()].some((draft) => draft.text.trim() !== '');
  return isTyped || [...running.outbox.entries].some((entry) => entry.phase !== 'accepted');
}

/** A page that has just been loaded is as new as the server gives it. */
const JUST_LOADED_MS = 10_000;

let isTooOld = false;

function reloadWhenNothingIsUnsent(): void {
  if (isTooOld && !hasUnsentText() && performance.now() > JUST_LOADED_MS) location.reload();
}

outboxChanged.subscribe(reloadWhenNothingIsUnsent);
protocolTooOld.subscribe(() => {
  isTooOld = true;
  reloadWhenNothingIsUnsent();
});

/**
 * The store was restored from a backup while this page lived. What never left this browser goes on to the new
 * store; what may have reached WhatsApp through the old one asks first (R16).
 */
storeRenewed.subscribe((epoch) => {
  if (!running || running.owner.epoch === epoch) return;
  const { agent, client, owner, outbox, drafts, stop } = running;
  const entries = [...outbox.entries]
    .filter((entry) => entry.phase !== 'accepted')
    .map((entry) => inNewStore(entry, epoch));
  stop();
  running = assembleOutbox({ ...owner, epoch }, agent, client, shownComposers, outboxChanged.emit);
  const found = [...drafts.all()];
  const stored = Object.fromEntries(
    found.map((draft) => [draft.conversationId, storedDraft(draft)]),
  );
  void running.storage.write({ entries, drafts: stored });
  running.outbox.adopt(entries);
  running.drafts.adopt(found);
  outboxChanged.emit();
});

function inNewStore(entry: OutboxEntry, epoch: string): OutboxEntry {
  if (!entry.tried || !isQueued(entry)) return { ...entry, epoch };
  return { ...entry, epoch, phase: 'asking', reason: { code: 'stale', params: {} } };
}
