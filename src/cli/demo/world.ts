// The invented world of the demo, as files that anybody could have written: one zone, and four
// servers on loopback addresses of their own. Nothing in it reaches beyond this machine.

/** A server of the world: its name in the story and its configuration. */
export interface Part {
  readonly name: 'names' | 'sender' | 'mail' | 'backup';
  readonly file: string;
  readonly text: string;
}

export const ADDRESS = {
  names: '127.20.25.53',
  sender: '127.20.25.1',
  mail: '127.20.25.10',
  backup: '127.20.25.20',
} as const;

export const DNS_PORT = 5300;
export const SMTP_PORT = 2525;
export const SUBMISSION_PORT = 2587;

export const ZONE_FILE = 'example.com.zone';

/** The records that the story is about, as the zone file has them. */
export const MX_TO_MAIL = 'example.com. IN MX 10 mail.example.com.';
export const MX_TO_BACKUP = 'example.com. IN MX 20 backup.example.com.';

export const ZONE_TEXT = `$TTL 300
example.com.  IN SOA ns.example.com. hostmaster.example.com. 1 3600 600 604800 300
example.com.  IN NS  ns.example.com.
${MX_TO_MAIL}
${MX_TO_BACKUP}
ns.example.com.      IN A ${ADDRESS.names}
mail.example.com.    IN A ${ADDRESS.mail}
backup.example.com.  IN A ${ADDRESS.backup}
`;

/**
 * Every address of the world is on loopback, and a second is long enough to wait for a dead host.
 */
const CLOSED_WORLD = `resolver: { servers: ["${ADDRESS.names}:${DNS_PORT}"] }
world: { smtpPort: ${SMTP_PORT}, global: ["127.0.0.0/8"] }
delivery: { badHostProbe: 1s }
`;

function configuration(name: Part['name'], hostname: string, rest: string): Part {
  const text = `hostname: ${hostname}\ndata: ./data-${name}\n${rest}${CLOSED_WORLD}`;
  return { name, file: `${name}.yaml`, text };
}

export const PARTS: readonly Part[] = [
  configuration(
    'names',
    'ns.example.com',
    `dns: { listen: ["${ADDRESS.names}:${DNS_PORT}"], zones: ["${ZONE_FILE}"] }\n`,
  ),
  configuration(
    'sender',
    'sender.example.net',
    `submission:
  listen: ["${ADDRESS.sender}:${SUBMISSION_PORT}"]
  allowFrom: ["127.0.0.0/8"]
`,
  ),
  configuration(
    'mail',
    'mail.example.com',
    `smtp: { listen: ["${ADDRESS.mail}:${SMTP_PORT}"] }
domains:
  example.com: { role: primary, recipients: [user], deliverTo: "maildir:./mail" }
`,
  ),
  configuration(
    'backup',
    'backup.example.com',
    `smtp: { listen: ["${ADDRESS.backup}:${SMTP_PORT}"] }
domains:
  example.com: { role: backup, recipients: [user] }
`,
  ),
];
