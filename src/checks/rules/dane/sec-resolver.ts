// SEC-RESOLVER: whether the resolver here proves DNSSEC; all else about it hangs on that.
import type { Rule } from '../../rule.ts';
import { THE_DOMAIN } from '../../subject.ts';
import { finding, pass, unknown } from '../../verdict.ts';

export const secResolver: Rule = {
  id: 'SEC-RESOLVER',
  title: 'The resolver of this machine proves DNSSEC',
  severity: 'info',
  why:
    'Whether an answer is signed and right is for a resolver to say that validates, and its word ' +
    'is believed only where nobody can forge it: on this machine. Without one, all that is said ' +
    'here about DNSSEC and DANE stays open. It says nothing about the domain.',
  wrong: '# /etc/resolv.conf\nnameserver 192.0.2.1       # of the provider, across the network',
  right: '# /etc/resolv.conf\nnameserver 127.0.0.1       # unbound, which validates',
  remedy: 'Run a validating resolver on this machine (unbound, Knot Resolver) and name it.',
  sources: ['RFC 4035 §4.9.3', 'RFC 7672 §2.1.1'],
  // biome-ignore lint/correctness/useYield: the self-test was made before.
  *judge({ self }) {
    const { ok, because } = self.validates;
    if (ok === true) return [pass(THE_DOMAIN, because)];
    if (ok === undefined) return [unknown(THE_DOMAIN, because)];
    const text = 'resolver.servers: ["127.0.0.1:53"], with a validating resolver there';
    const says = `DNSSEC and DANE are not judged, for want of a resolver that proves: ${because}`;
    return [finding(THE_DOMAIN, says, { actor: 'other', mend: { kind: 'setting', text } })];
  },
};
