// Dates as messages write them (RFC 5322 §3.3), always in UTC.
import type { Instant } from '../base/time.ts';

/** `Fri, 02 Oct 2026 03:04:05 +0000` */
export const printDate = (at: Instant): string =>
  new Date(at).toUTCString().replace('GMT', '+0000');
