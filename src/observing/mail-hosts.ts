// Talks to mail hosts for the checks: dials, holds the conversation of `smtp/probe-session.ts`, and
// comes back once without TLS where TLS broke. It never rejects and always ends; what could not be
// done is part of the dialogue. It is polite: few connections at a time, only to public addresses,
// only to the one port, and a host that says 421 is left alone for a while.

import type { IpAddress } from '../base/ip.ts';
import {
  after,
  between,
  type Clock,
  type Duration,
  type Instant,
  minutes,
  seconds,
} from '../base/time.ts';
import type { About } from '../checks/about.ts';
import { hostText, type Name, nameKey } from '../dns/name.ts';
import { drive } from '../net/drive.ts';
import type { Connection, Network, TlsClient } from '../net/network.ts';
import type { ConnectSeen, Dialogue, Step, TlsSeen } from '../smtp/probe.ts';
import type { ProbeConsent } from '../smtp/probe-commands.ts';
import { ProbeSession, type ProbeTimeouts } from '../smtp/probe-session.ts';
import { printReply, type Reply } from '../smtp/reply.ts';
import { connectFailure } from './connect-failure.ts';
import { obstacleTo, type Reach } from './reach.ts';
import { type TurnLimits, Turns } from './turns.ts';

export interface MailHostLimits extends TurnLimits, ProbeTimeouts {
  readonly connect: Duration;
  readonly handshake: Duration;
  /** How long an address is not dialled after it said 421. */
  readonly leftAlone: Duration;
  /** No conversation is begun later than this after the observation was. */
  readonly begun: Duration;
}

export interface MailHostsOptions extends Reach {
  readonly network: Pick<Network, 'connect'>;
  readonly clock: Clock;
  /** Our name, for EHLO. */
  readonly hello: string;
  readonly port: number;
  readonly limits?: Partial<MailHostLimits>;
}

export interface MailHosts {
  talk(about: About, place: MailPlace, recipients: readonly string[]): Promise<Dialogue>;
}

export interface MailPlace {
  readonly host: Name;
  readonly address: IpAddress;
}

const LIMITS: MailHostLimits = {
  perAddressMax: 1,
  perHostMax: 2,
  allMax: 32,
  connect: seconds(15),
  handshake: seconds(30),
  leftAlone: seconds(60),
  begun: minutes(5),
  greeting: seconds(60),
  reply: seconds(30),
  whole: seconds(240),
};

const TOO_LATE = 'there was no time left for it, since so many other addresses took long';

export function createMailHosts(options: MailHostsOptions): MailHosts {
  const talker = new Talker(options);
  return { talk: (about, place, recipients) => talker.talk(about, place, recipients) };
}

/** What is asked of one host, in every conversation with it. */
interface Asked extends MailPlace {
  readonly domain: string;
  /** Until when a conversation may be begun. */
  readonly until: Instant;
  readonly consent?: ProbeConsent;
}

interface Conversation {
  readonly connect: ConnectSeen;
  readonly steps: readonly Step[];
  readonly tls?: TlsSeen;
  readonly isBrokenAtTls: boolean;
}

class Talker {
  readonly #options: MailHostsOptions;
  readonly #limits: MailHostLimits;
  readonly #turns: Turns;
  /** Addresses that said 421, with what they said and until when they are left alone. */
  readonly #leftAlone = new Map<IpAddress, { readonly until: Instant; readonly reply: Reply }>();

  constructor(options: MailHostsOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#turns = new Turns(this.#limits);
  }

  talk(about: About, place: MailPlace, recipients: readonly string[]): Promise<Dialogue> {
    const { host, address } = place;
    const obstacle = obstacleTo(address, this.#options);
    if (obstacle !== undefined) return Promise.resolve(this.#notTried(place, obstacle));
    const domain = hostText(about.domain);
    const unknown = `${about.unknownRecipient}@${domain}`;
    const consent = about.mayAskRecipients ? { consent: { recipients, unknown } } : {};
    const until = after(about.now, this.#limits.begun);
    const asked = { host, address, domain, until, ...consent };
    return this.#turns.run(nameKey(host), address, () => this.#whole(asked));
  }

  async #whole(asked: Asked): Promise<Dialogue> {
    const kept = this.#leftAlone.get(asked.address);
    const startedAt = this.#options.clock.now();
    if (kept && startedAt < kept.until) {
      return this.#notTried(asked, `it said ${printReply(kept.reply)} a moment ago`);
    }
    if (startedAt > asked.until) return this.#notTried(asked, TOO_LATE);
    const { isBrokenAtTls, ...first } = await this.#converse(asked, true);
    const dialogue = { ...this.#headOf(asked), startedAt, ...first };
    if (!isBrokenAtTls || this.#options.clock.now() > asked.until) return dialogue;
    const { connect, steps } = await this.#converse(asked, false);
    return { ...dialogue, clear: { connect, steps } };
  }

  /** One connection. */
  async #converse(asked: Asked, tls: boolean): Promise<Conversation> {
    const { network, clock, port } = this.#options;
    const { address } = asked;
    const begunAt = clock.now();
    const connected = await network.connect({ address, port }, { timeout: this.#limits.connect });
    const now = clock.now();
    const tookMs = between(begunAt, now);
    if (connected.kind === 'failed') {
      const { because, timeout } = connected;
      const failure = timeout ? 'timeout' : connectFailure(because);
      const connect = { kind: 'failed', failure, because, tookMs } as const;
      return { connect, steps: [], isBrokenAtTls: false };
    }
    const session = this.#session(asked, { tls, begunAt, now });
    await this.#run(session, connected.connection, hostText(asked.host));
    this.#remember(address, session.steps());
    const seen = session.tls();
    return {
      connect: { kind: 'connected', tookMs },
      steps: session.steps(),
      ...(seen && { tls: seen }),
      isBrokenAtTls: session.isBrokenAtTls,
    };
  }

  #session(
    { domain, consent }: Asked,
    times: { readonly tls: boolean; readonly begunAt: Instant; readonly now: Instant },
  ): ProbeSession {
    const { hello } = this.#options;
    const timeouts = this.#limits;
    return new ProbeSession({ hello, domain, ...(consent && { consent }), timeouts, ...times });
  }

  /** Resolves when the connection is gone, however it went. */
  #run(session: ProbeSession, connection: Connection, serverName: string): Promise<void> {
    const tls: TlsClient = {
      role: 'client',
      serverName,
      mustVerify: false,
      observe: true,
      timeout: this.#limits.handshake,
    };
    const { clock } = this.#options;
    return new Promise((resolve) => {
      drive<never>(session, connection, {
        clock,
        tls,
        handle: () => {},
        ended: () => resolve(),
        failed: (error) => session.closed(`a fault in this program: ${error}`, clock.now()),
      });
    });
  }

  #remember(address: IpAddress, steps: readonly Step[]): void {
    const now = this.#options.clock.now();
    for (const [other, { until }] of this.#leftAlone) {
      if (until <= now) this.#leftAlone.delete(other);
    }
    const reply = steps.at(-1)?.reply;
    if (reply?.code !== 421) return;
    this.#leftAlone.set(address, { until: after(now, this.#limits.leftAlone), reply });
  }

  #notTried(place: MailPlace, because: string): Dialogue {
    const startedAt = this.#options.clock.now();
    return {
      ...this.#headOf(place),
      startedAt,
      connect: { kind: 'not-tried', because },
      steps: [],
    };
  }

  #headOf({ host, address }: MailPlace): Pick<Dialogue, 'host' | 'address' | 'port'> {
    return { host: hostText(host), address, port: this.#options.port };
  }
}
