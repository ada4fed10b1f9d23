// A closed internet of real programs on loopback, for checks: a primary that also serves the root,
// and a backup. Both have certificates of an authority that only this world trusts, and both serve
// example.test.
import type { TestContext } from 'node:test';
import { certificate, selfSigned } from './certificate.ts';
import { PORT, type RunningServer, startServer, temporaryFolder } from './server-process.ts';

export interface CheckServersPlan {
  readonly primary: string;
  readonly backup: string;
  /** Of web servers; nobody listens there unless a test does. */
  readonly httpsPort?: number;
  /** More in the zone of example.test, in the zone test, and in the settings of the primary. */
  readonly zone?: string;
  readonly test?: string;
  readonly more?: string;
  readonly mailTo?: string;
}

export interface CheckServers {
  /** The files of the primary, by name; `fingerpost.yaml` is among them. */
  readonly files: Readonly<Record<string, string>>;
  readonly yaml: string;
  /** The folder of the primary, and of its settings. */
  readonly folder: string;
  /** A certificate of this world's authority. */
  identity(name: string): { readonly cert: string; readonly key: string };
  start(): Promise<{ readonly primary: RunningServer; readonly backup: RunningServer }>;
}

const UNUSED_PORT = 9;
const RECIPIENTS = '[user, postmaster, abuse, hostmaster]';

const zoneText = (origin: string, lines: string): string =>
  `$ORIGIN ${origin}\n$TTL 3600\n@ SOA ns1.example.test. hostmaster.example.test. 1 3600 600 604800 300\n${lines}\n`;

export const ZONE_FILE = 'example.test.zone';

/** The zone of example.test; what is added stands from line 5 on. */
const exampleZone = ({ primary, backup, zone = '' }: CheckServersPlan): string =>
  zoneText(
    'example.test.',
    `@ NS ns1
${zone}
@ NS ns2
ns1 A ${primary}
ns2 A ${backup}
@ MX 10 mx1
@ MX 20 mx2
mx1 A ${primary}
mx2 A ${backup}
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:postmaster@example.test"`,
  );

function settingsOf(plan: CheckServersPlan, host: 'mx1' | 'mx2'): string {
  const { primary, backup, httpsPort = UNUSED_PORT, more = '' } = plan;
  const address = host === 'mx1' ? primary : backup;
  const at = (port: number): string => `"${address}:${port}"`;
  const root = `"${primary}:${PORT.dns}"`;
  const role = host === 'mx1' ? 'primary, deliverTo: "maildir:./mail"' : 'backup';
  return `hostname: ${host}.example.test
data: ./data
dns: { listen: [${at(PORT.dns)}], zones: ["*.zone"] }
smtp: { listen: [${at(PORT.smtp)}], tls: { cert: cert.pem, key: key.pem } }
http: { listen: ${at(PORT.http)} }
resolver: { servers: [${root}] }
world:
  dnsPort: ${PORT.dns}
  smtpPort: ${PORT.smtp}
  httpsPort: ${httpsPort}
  roots: [${root}]
  global: ["127.0.0.0/8"]
  ca: ca.pem
checks: { addressLists: [], domainLists: [], reference: [example.test] }
domains: { example.test: { role: ${role}, recipients: ${RECIPIENTS} } }
${host === 'mx1' ? more : ''}`;
}

export function checkServers(t: TestContext, plan: CheckServersPlan): CheckServers {
  const { primary, backup, test = '' } = plan;
  const authority = selfSigned({ names: ['authority.test'] });
  const by = { name: 'authority.test', key: authority.key };
  const identity = (name: string) => certificate({ names: [name], by });
  const filesOf = (host: string): Record<string, string> => {
    const { cert, key } = identity(`${host}.example.test`);
    const own = { 'cert.pem': cert, 'key.pem': key, 'ca.pem': authority.cert };
    return { ...own, [ZONE_FILE]: exampleZone(plan) };
  };
  const files = {
    ...filesOf('mx1'),
    'root.zone': zoneText('.', `@ NS ns.test.\nns.test. A ${primary}\ntest. NS ns.test.`),
    'test.zone': zoneText(
      'test.',
      `@ NS ns
ns A ${primary}
example NS ns1.example
example NS ns2.example
ns1.example A ${primary}
ns2.example A ${backup}
${test}`,
    ),
  };
  const folder = temporaryFolder(t);
  const yaml = settingsOf(plan, 'mx1');
  return {
    files,
    yaml,
    folder,
    identity,
    async start() {
      const [first, second] = await Promise.all([
        startServer(t, yaml, { folder, files }),
        startServer(t, settingsOf(plan, 'mx2'), { files: filesOf('mx2') }),
      ]);
      return { primary: first, backup: second };
    },
  };
}
