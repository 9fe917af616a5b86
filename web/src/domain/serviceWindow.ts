import { timeLeft, timePassedShort } from './time';

const WHOLE = 24 * 3_600_000;
const LITTLE = 2 * 3_600_000;

/** The 24 hours in which free text is allowed, as the browser's clock sees them. Meta decides; this is a hint. */
export interface ServiceWindow {
  /** `never`: the contact has not written yet. */
  state: 'open' | 'low' | 'closed' | 'never';
  /** Milliseconds; negative once closed. */
  left: number;
}

export function serviceWindowAt(expiresAt: string | null, now: number): ServiceWindow {
  if (expiresAt === null) return { state: 'never', left: 0 };
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return { state: 'closed', left };
  return { state: left < LITTLE ? 'low' : 'open', left };
}

/** What the ring around an avatar draws. */
export function ringOf(window: ServiceWindow): { left: number; low: boolean } | 'closed' {
  if (window.state === 'open' || window.state === 'low') {
    return { left: window.left / WHOLE, low: window.state === 'low' };
  }
  return 'closed';
}

/** The line under a name. */
export function windowWords(window: ServiceWindow): string {
  switch (window.state) {
    case 'open':
      return `Service window open, ${timeLeft(window.left)} left`;
    case 'low':
      return `${timeLeft(window.left)} left in the service window`;
    case 'closed':
      return `Service window closed ${timePassedShort(-window.left)} ago`;
    case 'never':
      return 'The contact has not written yet';
  }
}
