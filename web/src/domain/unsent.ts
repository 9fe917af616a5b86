/** One text in a conversation's unsent tray (R19). */
export interface UnsentEntry {
  clientId: string;
  text: string;
  authorName: string;
  /** Written by the agent who looks at it. */
  own: boolean;
  reasonCode: string;
  params: Record<string, string | number>;
  /** Trying again as it stands can help. */
  retryable: boolean;
  /** `row`: a failed stored row, the same for every agent; `browser`: refused before acceptance, only here. */
  source: 'row' | 'browser';
}
