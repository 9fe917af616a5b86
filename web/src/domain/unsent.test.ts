import { expect, test } from 'vitest';
import { AGENT, ownRow, typedMessage } from '../testing/rows';
import { selectUnsent } from './unsent';

const failed = ownRow(typedMessage('failed'), 1, {
  status: 'failed',
  error: { code: 'undeliverable', params: { whatsapp_code: 131026 }, detail: null },
});

test('the tray holds failed rows nobody has settled, then what came back here', () => {
  const settled = { ...failed, client_id: 'settled', dismissed_at: '2026-11-22T12:00:00Z' };
  const returned = { message: typedMessage('returned'), reason: { code: 'stale', params: {} } };
  const entries = selectUnsent([failed, settled], [returned], AGENT._id);
  expect(entries.map((entry) => [entry.clientId, entry.source, entry.reasonCode])).toEqual([
    ['failed', 'row', 'undeliverable'],
    ['returned', 'browser', 'stale'],
  ]);
  expect(entries[0]?.params).toEqual({ whatsapp_code: 131026 });
});

test('what would be refused again for the same reason offers no retry', () => {
  const closed = { ...failed, error: { code: 'window_closed', params: {}, detail: null } };
  expect(selectUnsent([failed, closed], [], AGENT._id).map((entry) => entry.retryable)).toEqual([
    true,
    false,
  ]);
});

test('each reader is told whose text it is', () => {
  expect(selectUnsent([failed], [], AGENT._id)[0]?.own).toBe(true);
  expect(selectUnsent([failed], [], 'agent-ben')[0]).toMatchObject({
    own: false,
    authorName: 'Ana',
  });
});
