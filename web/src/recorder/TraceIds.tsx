import type { Trace } from '../protocol/shapes';
import styles from './TraceIds.module.css';
import { duration } from './words';

/** What to ask an administrator about: the ids, how often it was tried, and whose clock differs. */
export function TraceIds({ clientId, trace, isKnown, ahead }: TraceIdsProps) {
  const isAgain = (trace?.attempts.length ?? 0) > 1;
  return (
    <dl className={styles.ids}>
      <Fact name="Message">
        <code title={clientId}>{clientId}</code>
      </Fact>
      {(trace?.attempts ?? []).map(({ n, wamid }) => (
        <Fact key={n} name={`WhatsApp’s number${n > 1 || isAgain ? `, attempt ${n}` : ''}`}>
          {wamid === null ? 'not known' : <code title={wamid}>{wamid}</code>}
        </Fact>
      ))}
      <Fact name="Attempts">{isKnown ? attemptsOf(trace) : '…'}</Fact>
      {Math.abs(ahead) > 1_000 ? (
        <p className={styles.clock}>
          The server’s clock is {duration(Math.abs(ahead))} {ahead > 0 ? 'ahead' : 'behind'}; its
          times are moved to this browser’s.
        </p>
      ) : null}
    </dl>
  );
}

interface TraceIdsProps {
  clientId: string;
  trace: Trace | null;
  isKnown: boolean;
  ahead: number;
}

function attemptsOf(trace: Trace | null): string {
  if (trace === null) return 'the server has not named this message yet';
  const claims = trace.hops.filter((hop) => hop.name === 'claimed').length;
  const count = trace.attempts.length;
  if (claims === 0) return 'none yet';
  if (count > 1) return `${count}, sent again by hand`;
  if (claims > 1) return `1, put off ${claims - 1 === 1 ? 'once' : `${claims - 1} times`}`;
  return '1, nothing repeated';
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
