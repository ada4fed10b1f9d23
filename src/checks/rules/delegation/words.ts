// How rules about name servers say which server they mean.
import type { ServerAt } from '../../../dns/authority.ts';
import { hostText, nameKey } from '../../../dns/name.ts';

/** `ns1.example.com (192.0.2.53)`. */
export const serverText = ({ host, address }: ServerAt): string => `${hostText(host)} (${address})`;

/** Equal for one server at one address, in whatever case its name was written. */
export const serverKey = ({ host, address }: ServerAt): string => `${nameKey(host)} ${address}`;
