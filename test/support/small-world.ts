// The smallest world in which mail moves, as files: one server that publishes the zones, takes mail
// for example.com into a Maildir, and sends mail for others along the zones it publishes itself.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PORT } from './server-process.ts';
import type { Place } from './smtp-talk.ts';

export interface SmallWorld {
  readonly yaml: string;
  readonly files: Readonly<Record<string, string>>;
  readonly dns: Place;
  readonly smtp: Place;
  readonly submission: Place;
  readonly http: Place;
}

export interface SmallWorldOptions {
  /** Where mail for example.org goes: the addresses of its exchanges, nearest first. */
  readonly elsewhere?: readonly string[];
  /** More of the configuration. */
  readonly more?: string;
  /** More of the `smtp` section. */
  readonly smtp?: string;
}

function zone(origin: string, nameserver: string, exchanges: readonly string[]): string {
  const hosts = exchanges.flatMap((address, at) => [
    `@ IN MX ${10 * (at + 1)} mx${at + 1}`,
    `mx${at + 1} IN A ${address}`,
  ]);
  return [
    `$ORIGIN ${origin}.`,
    '$TTL 300',
    '@ IN SOA ns hostmaster 1 3600 600 604800 300',
    '@ IN NS ns',
    `ns IN A ${nameserver}`,
    ...hosts,
    '',
  ].join('\n');
}

/** One server at `address`; example.com is its own, example.org is elsewhere. */
export function smallWorld(address: string, options: SmallWorldOptions = {}): SmallWorld {
  const at = (port: number): string => `"${address}:${port}"`;
  const yaml = `hostname: mx1.example.com
data: ./data
dns: { listen: [${at(PORT.dns)}], zones: ["*.zone"] }
smtp: { listen: [${at(PORT.smtp)}]${options.smtp ?? ''} }
submission: { listen: [${at(PORT.submission)}], allowFrom: ["127.0.0.0/8"] }
http: { listen: ${at(PORT.http)} }
resolver: { servers: [${at(PORT.dns)}] }
world: { smtpPort: ${PORT.smtp}, global: ["127.0.0.0/8"] }
domains:
  example.com: { role: primary, recipients: [user], deliverTo: "maildir:./mail" }
${options.more ?? ''}`;
  return {
    yaml,
    files: {
      'example.com.zone': zone('example.com', address, [address]),
      'example.org.zone': zone('example.org', address, options.elsewhere ?? []),
    },
    dns: { address, port: PORT.dns },
    smtp: { address, port: PORT.smtp },
    submission: { address, port: PORT.submission },
    http: { address, port: PORT.http },
  };
}

/** The messages in the mailbox of user@example.com. */
export function mailbox(folder: string): readonly string[] {
  const inbox = join(folder, 'mail', 'user', 'new');
  if (!existsSync(inbox)) return [];
  return readdirSync(inbox).map((file) => readFileSync(join(inbox, file), 'latin1'));
}

/** The subjects of what is in the mailbox, sorted. */
export const subjectsIn = (folder: string): readonly string[] =>
  mailbox(folder)
    .map((text) => /^Subject: (.*)$/m.exec(text)?.[1] ?? '')
    .sort();
