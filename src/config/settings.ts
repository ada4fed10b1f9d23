// The settings as the program uses them: checked, complete, paths absolute, defaults filled in.
// Plain data that can be posted to a worker thread; names are text, without the dot at the end.
import type { Endpoint, IpAddress } from '../base/ip.ts';
import type { Duration } from '../base/time.ts';

/** Certificate chain and key, as files in PEM. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Zones to serve, and where. */
export interface DnsSettings {
  readonly listen: readonly Endpoint[];
  /** Absolute paths of zone files; `*` and `?` stand for any characters of one file name. */
  readonly zoneFiles: readonly string[];
  readonly threads: number;
}

/** What the two doors for mail have in common. */
export interface ListenerSettings {
  readonly listen: readonly Endpoint[];
  readonly tls?: TlsFiles;
  readonly messageBytesMax: number;
  readonly connectionsMax: number;
}

/** The door for mail from anybody to our own domains. */
export interface SmtpSettings extends ListenerSettings {
  /** Our own public addresses where a router translates: we never deliver to ourselves. */
  readonly nat: readonly IpAddress[];
}

/** The door for mail from our own people to anywhere. */
export interface SubmissionSettings extends ListenerSettings {
  /** Networks (CIDR) whose clients need no password; empty: nobody. */
  readonly allowFrom: readonly string[];
}

/** What an operator says of a domain, for the checks. */
export interface DomainCheckSettings {
  /** DKIM selectors in use. */
  readonly selectors: readonly string[];
  /** The MX records that ought to be there; `.` is the host of a null MX. */
  readonly exchanges?: readonly { readonly preference: number; readonly host: string }[];
  readonly catchAll?: boolean;
  /** Addresses that send mail of the domain. */
  readonly senders: readonly IpAddress[];
}

/** A domain that is ours. A primary puts mail in mailboxes, a backup keeps it for the primary. */
export type DomainSettings =
  | {
      readonly role: 'primary';
      readonly name: string;
      /** Local parts in lower case. */
      readonly recipients: 'any' | readonly string[];
      readonly deliverTo: { readonly kind: 'maildir'; readonly path: string };
      readonly check?: DomainCheckSettings;
    }
  | {
      readonly role: 'backup';
      readonly name: string;
      readonly recipients: 'any' | readonly string[];
      readonly check?: DomainCheckSettings;
    };

/** How long we try, and how hard. */
export interface DeliverySettings {
  readonly giveUpAfter: Duration;
  readonly bounceGiveUpAfter: Duration;
  readonly delayNoticeAfter: Duration;
  readonly badHostProbe: Duration;
  /** Attempts that run at the same time, in all and for one site. */
  readonly attemptsMax: number;
  readonly perSiteMax: number;
  /** Domains whose 4xx means "later", without asking the next host. */
  readonly deferOn4xx: readonly string[];
}

/**
 * The internet we live in; anything but the defaults is a closed world for tests and laboratories.
 */
export interface WorldSettings {
  readonly dnsPort: number;
  readonly smtpPort: number;
  readonly httpsPort: number;
  /** Where a walk begins; absent: the root servers of the internet. */
  readonly roots?: readonly Endpoint[];
  /** A file of certificates (PEM) to trust in place of those that the runtime knows. */
  readonly caFile?: string;
  /** Networks (CIDR) that count as public besides those that are. */
  readonly global: readonly string[];
}

/** What checks ask besides the domain itself. */
export interface CheckSettings {
  /** Block lists of addresses, and of domains. */
  readonly addressLists: readonly string[];
  readonly domainLists: readonly string[];
  /** Domains whose mail hosts show whether SMTP ports can be reached from here. */
  readonly reference: readonly string[];
}

/** How our domains are watched, and who is told. */
export interface WatchSettings {
  readonly every: Duration;
  /** After which what was found once is looked at again. */
  readonly confirmAfter: Duration;
  /** The least severity that is told. */
  readonly severity: 'critical' | 'error' | 'warning' | 'notice' | 'info';
  /** Domains besides our own. */
  readonly domains: readonly string[];
  readonly mailTo: readonly string[];
  readonly webhook?: { readonly url: string; readonly secret: string };
}

/** Everything an operator decided. An absent section is not started. */
export interface Settings {
  /** The file they came from; absent where there was none. */
  readonly file?: string;
  readonly hostname: string;
  readonly dataFolder: string;
  readonly dns?: DnsSettings;
  readonly smtp?: SmtpSettings;
  readonly submission?: SubmissionSettings;
  readonly http?: { readonly listen: readonly Endpoint[] };
  /** Resolvers to ask; absent: those of `/etc/resolv.conf`. */
  readonly resolver: { readonly servers?: readonly Endpoint[] };
  readonly domains: readonly DomainSettings[];
  readonly delivery: DeliverySettings;
  readonly checks: CheckSettings;
  /** Absent: nothing is watched. */
  readonly watch?: WatchSettings;
  readonly world: WorldSettings;
  /** Sentences to say at the start: legal, and perhaps not what was meant. */
  readonly notices: readonly string[];
}
