import { useState } from 'react';
import type { Hop, Trace } from '../protocol/shapes';
import { IconButton } from '../ui/IconButton';
import { VisuallyHidden } from '../ui/VisuallyHidden';
import type { Flight } from './flight';
import { duration } from './words';

/** Copies the whole trace as text, every hop of it, without the message's own words. */
export function CopyTrace({ trace, clientId, flight, words }: CopyTraceProps) {
  const [outcome, setOutcome] = useState('');
  const copy = () => {
    navigator.clipboard.writeText(textOf(trace, clientId, flight, words)).then(
      () => setOutcome('Copied'),
      () => setOutcome('This browser does not let the page copy'),
    );
  };
  return (
    <>
      <IconButton
        icon={outcome === 'Copied' ? 'done' : 'copy'}
        label={outcome === '' ? 'Copy as text' : outcome}
        onClick={copy}
      />
      <VisuallyHidden>
        <span role="status">{outcome}</span>
      </VisuallyHidden>
    </>
  );
}

interface CopyTraceProps {
  trace: Trace | null;
  clientId: string;
  flight: Flight;
  words: (hop: Hop) => [string, string];
}

function textOf(
  trace: Trace | null,
  clientId: string,
  { hops, serverAheadMs }: Flight,
  words: CopyTraceProps['words'],
): string {
  const lines = hops.map(({ hop, at, ms }, index) => {
    const when = index === 0 ? new Date(at).toISOString() : `+${duration(ms)}`;
    return `${when}\t${words(hop).join(': ')}`;
  });
  const ids = (trace?.attempts ?? []).map(
    ({ n, wamid }) => `Attempt ${n}\t${wamid ?? 'not known'}`,
  );
  const clock =
    serverAheadMs === 0
      ? []
      : [`The server's clock was ${serverAheadMs} ms ahead; its times are moved by so much.`];
  return [`Message\t${clientId}`, ...ids, ...lines, ...clock].join('\n');
}
