// One question to several servers: each is tried in turn, the silent ones again and for longer,
// until one answers or the deadline comes. A server that refused, failed or cannot be reached is
// not asked twice. Whoever answers while the first is silent is asked first from then on.
import { type Endpoint, printEndpoint } from '../base/ip.ts';
import type { Duration, Instant } from '../base/time.ts';
import type { Asked } from '../dns/packet.ts';
import { type Failed, failed, mostTelling } from './failed.ts';
import { type QueryDoors, type QueryOptions, queryServer } from './query.ts';
import { readResponse, type Step } from './read-response.ts';

export interface ServersOptions extends QueryDoors {
  readonly servers: readonly Endpoint[];
  /** How long each server is waited for in the first round, the second and so on. */
  readonly tryTimeouts: readonly Duration[];
  /** Is the word of these servers that DNSSEC proved an answer to be believed? */
  readonly trustAd: boolean;
}

/** Answers a question, not later than the deadline. */
export type AskServers = (asked: Asked, deadline: Instant) => Promise<Step>;

/** The servers as one. */
export function createServers(options: ServersOptions): AskServers {
  const { clock, servers, tryTimeouts, trustAd } = options;
  let first = 0;

  async function askOne(query: QueryOptions): Promise<Step> {
    const ending = await queryServer(options, query);
    return ending.kind === 'response' ? readResponse(query.asked, ending.packet, trustAd) : ending;
  }

  return async (asked, deadline) => {
    if (servers.length === 0) return failed('unreachable', 'there is no DNS server to ask');
    const started = first;
    const open = new Set([...servers.slice(started), ...servers.slice(0, started)]);
    const failures = new Map<Endpoint, Failed>();
    for (const timeout of tryTimeouts) {
      for (const server of [...open]) {
        if (clock.now() >= deadline) return whyNot(failures);
        const step = await askOne({ server, asked, timeout, deadline });
        if (step.kind !== 'failure' || step.failure === 'alias-loop') {
          if (isSilence(failures.get(servers[started] ?? server))) first = servers.indexOf(server);
          return step;
        }
        failures.set(server, step);
        if (step.failure !== 'timeout') open.delete(server);
      }
    }
    return whyNot(failures);
  };
}

const isSilence = (failure: Failed | undefined): boolean =>
  failure?.failure === 'timeout' || failure?.failure === 'unreachable';

/** What all servers said, under the most telling kind. */
function whyNot(failures: ReadonlyMap<Endpoint, Failed>): Failed {
  const kind = mostTelling([...failures.values()]);
  if (!kind) return failed('timeout', 'there was no time left to ask a DNS server');
  const said = [...failures].map(([server, { because }]) => `${printEndpoint(server)} ${because}`);
  return failed(kind, said.join('; '));
}
