import { serviceWindowAt, type ServiceWindow } from '../domain/serviceWindow';
import { useNow } from '../ui/useNow';

const SECONDS_FROM = 11 * 60_000;
const MINUTE = 60_000;

/** The service window now: by the minute, and by the second when little is left. */
export function useServiceWindow(expiresAt: string | null): ServiceWindow {
  // The clock's minute began up to a minute ago: never promise more than is left.
  const byMinute = useNow(MINUTE) + MINUTE - 1;
  const { left } = serviceWindowAt(expiresAt, byMinute);
  const isNear = left > -MINUTE && left < SECONDS_FROM;
  const bySecond = useNow(isNear ? 1_000 : MINUTE);
  return serviceWindowAt(expiresAt, isNear ? bySecond : byMinute);
}
