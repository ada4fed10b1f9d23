// Whose mail is taken, for whom, from where. Pure: what was asked and what the operator declared
// in, yes or a reply out (docs/behaviour.md, "What is taken").
//
//   smtp         from anybody, for our domains only: it never relays, since behind a proxy or in a
//                container every client looks like 127.0.0.1
//   submission   from the networks that may submit, for anybody
import { type Cidr, type IpAddress, isWithin } from '../base/ip.ts';
import { isRecipient, type OurDomains, ourDomainOf } from '../routing/domains.ts';
import type { MailAddress, RecipientPath } from '../smtp/address.ts';
import { domainText, parseAddress } from '../smtp/address.ts';
import { type Reply, reply } from '../smtp/reply.ts';

export type ListenerKind = 'smtp' | 'submission';

export interface TakingPolicy {
  readonly kind: ListenerKind;
  readonly domains: OurDomains;
  /** Networks that may submit. */
  readonly allowFrom: readonly Cidr[];
}

export type Taken =
  | { readonly kind: 'taken'; readonly address: MailAddress }
  | { readonly kind: 'refused'; readonly reply: Reply };

/** May this client send at all? Nothing, or the reply to MAIL. */
export function judgeClient(policy: TakingPolicy, client: IpAddress): Reply | undefined {
  if (policy.kind === 'smtp') return undefined;
  const plain = client.startsWith('::ffff:') ? (client.slice(7) as IpAddress) : client;
  if (policy.allowFrom.some((network) => isWithin(plain, network))) return undefined;
  return reply(550, '5.7.1', 'Submission from your address is not allowed');
}

export function judgeRecipient(policy: TakingPolicy, path: RecipientPath): Taken {
  const address = path === 'postmaster' ? postmasterOf(policy.domains) : path;
  if (!address) return refused(550, '5.1.1', 'There is no postmaster here');
  const ours = ourDomainOf(policy.domains, address);
  if (ours && !isRecipient(ours, address.local)) {
    return refused(550, '5.1.1', `No such recipient: ${address.text}`);
  }
  if (!ours && policy.kind === 'smtp') {
    return refused(550, '5.7.1', `No relaying: ${domainText(address.domain)} is not handled here`);
  }
  return { kind: 'taken', address };
}

/**
 * RFC 5321 §4.5.1: bare `<Postmaster>` is the postmaster of this server: of its first primary
 * domain.
 */
function postmasterOf(domains: OurDomains): MailAddress | undefined {
  const all = [...domains.values()];
  const first = all.find((domain) => domain.role === 'primary') ?? all[0];
  if (!first) return undefined;
  const address = parseAddress(`postmaster@${first.name.replace(/\.$/, '')}`);
  return 'kind' in address ? undefined : address;
}

function refused(code: number, enhanced: string, text: string): Taken {
  return { kind: 'refused', reply: reply(code, enhanced, text) };
}
