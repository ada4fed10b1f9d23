// The name servers in the text of /etc/resolv.conf. Pure; whoever reads the file is elsewhere.
import { type Endpoint, type IpAddress, parseIp } from '../base/ip.ts';

/** As the C library: the first three count, and with none the one on this machine is asked. */
const SERVERS_MAX = 3;
const LOCAL: Endpoint = { address: '127.0.0.1' as IpAddress, port: 53 };

/** Never empty. Lines that are no address are passed over, link-local ones (`fe80::1%eth0`) too. */
export function parseResolvConf(text: string): readonly Endpoint[] {
  const servers: Endpoint[] = [];
  for (const line of text.split('\n')) {
    const [keyword, value = ''] = line.trimEnd().split(/[ \t]+/);
    const address = keyword === 'nameserver' ? parseIp(value) : undefined;
    if (address) servers.push({ address, port: 53 });
  }
  return servers.length > 0 ? servers.slice(0, SERVERS_MAX) : [LOCAL];
}
