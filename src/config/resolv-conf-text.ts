// The text of /etc/resolv.conf: what the machine says about its resolvers, when the settings do
// not.
import { readFileSync } from 'node:fs';

/** Empty where there is none: then the resolver on this machine is asked. */
export function readResolvConf(path = '/etc/resolv.conf'): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
