import { lazy, Suspense, useEffect, useState } from 'react';
import { fetchedLater } from '../domain/fetchedLater';
import { traceWanted, type TraceWanted } from '../domain/traceWanted';
import type { AgentRow } from '../protocol/shapes';
import type * as recorder from './recorder';

let loading: Promise<typeof recorder> | null = null;
const load = () => (loading ??= fetchedLater(() => import('./recorder')));
const FlightRecorder = lazy(async () => ({ default: (await load()).FlightRecorder }));

/** Begins to record once the page stands, and shows the life of a message when somebody asks for it. */
export function RecorderDoor({ agent }: { agent: AgentRow }) {
  const [wanted, setWanted] = useState<TraceWanted | null>(null);
  useEffect(() => traceWanted.subscribe(setWanted), []);
  useEffect(() => void load().then(({ startRecording }) => startRecording()), []);
  if (wanted === null) return null;
  return (
    <Suspense>
      <FlightRecorder
        key={wanted.clientId}
        wanted={wanted}
        ownName={agent.name}
        onClose={() => setWanted(null)}
      />
    </Suspense>
  );
}
