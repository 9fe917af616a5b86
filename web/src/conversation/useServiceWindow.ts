import { serviceWindowAt, type ServiceWindow } from '../domain/serviceWindow';
import { useNow } from '../ui/useNow';

const SECONDS_FROM = 11 * 60_000;

/** The service window now: by the minute, and by the second when little is left. */
export function useServiceWindow(expiresAt: string | null): ServiceWindow {
  const { left } = serviceWindowAt(expiresAt, useNow(60_000));
  const now = useNow(left > 0 && left < SECONDS_FROM ? 1_000 : 60_000);
  return serviceWindowAt(expiresAt, now);
}
