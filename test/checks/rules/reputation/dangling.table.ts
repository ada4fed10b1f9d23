// DANGLING, as a table of scenes.
import { dangling } from '../../../../src/checks/rules/reputation/dangling.ts';
import { failure, type Scene } from '../../../support/scene.ts';
import { nameOf } from '../../../support/zones.ts';
import { table, WITHOUT_WALK } from '../delegation/rule-table.ts';

/** Registries with nothing in them, beside the domain. */
const scene = (text: string, more: Partial<Scene> = {}): Scene => ({
  ...more,
  zones: { net: '', 'co.uk': '', uk: '', 'example.com': text, ...more.zones },
});

const NS = ['pass ns1.example.com', 'pass ns2.example.com'];
const MAIL = '@ MX 10 mail\nmail A 192.0.2.10\n';

table(dangling, [
  ['hosts that exist pass', scene(MAIL), ['pass mail.example.com', ...NS]],
  [
    'an exchange in a domain that nobody has is found',
    scene(`${MAIL}@ MX 20 mail.sold.net.`),
    'error mail.sold.net: the MX record of example.com leads to mail.sold.net, ' +
      'and sold.net is not registered: who takes it has its mail',
  ],
  [
    'below the registry of a country too; where no other host is left mail is lost now',
    scene('@ MX 20 mail.sold.co.uk.'),
    ['critical mail.sold.co.uk', ...NS],
  ],
  [
    'a name server as well',
    scene(`${MAIL}@ NS ns1\n@ NS ns.sold.net.\nns1 A 192.0.2.53`),
    'error ns.sold.net: the NS record of example.com leads to ns.sold.net, ' +
      'and sold.net is not registered: who takes it has the whole zone',
  ],
  [
    'and an exchange that is an alias into such a domain',
    scene('@ MX 10 mail\nmail CNAME host.sold.net.'),
    'critical mail.example.com: the MX record of example.com leads to host.sold.net, ' +
      'and sold.net is not registered: who takes it has its mail',
  ],
  [
    'an alias of a policy or a key is a warning',
    scene(`${MAIL}_dmarc CNAME d.sold.net.\ns1._domainkey CNAME k.sold.net.`, {
      about: { declared: { selectors: ['s1'], senders: [] } },
    }),
    'warning _dmarc.example.com: the alias _dmarc.example.com leads to d.sold.net, ' +
      'and sold.net is not registered: who takes it has what the record says of mail\n' +
      'warning s1._domainkey.example.com: the alias s1._domainkey.example.com leads to k.sold.net, ' +
      'and sold.net is not registered: who takes it has what the record says of mail',
  ],
  [
    'the domain itself may be such an alias',
    scene('www CNAME sold.net.', { about: { domain: nameOf('www.example.com') } }),
    [...NS, 'error www.example.com'],
  ],
  [
    'a name that is missing in a domain that somebody has is only broken',
    scene('@ MX 10 gone.other.net.', { zones: { 'other.net': '' } }),
    ['pass gone.other.net', ...NS],
  ],
  ['so is one in the zone of the domain', scene('@ MX 10 gone'), ['pass gone.example.com', ...NS]],
  [
    'and one below a top-level domain that there is not',
    scene('@ MX 10 mail.lan.', { zones: { '.': '' } }),
    ['pass mail.lan', ...NS],
  ],
  [
    'an alias that leads to something passes',
    scene(`${MAIL}_dmarc CNAME mail`),
    ['pass mail.example.com', ...NS, 'pass _dmarc.example.com'],
  ],
  [
    'who denies the name must be known',
    {
      ...scene('@ MX 10 mail.sold.net.'),
      zones: { 'example.com': '@ MX 10 mail.sold.net.' },
    },
    'unknown mail.sold.net: mail.sold.net does not exist; which zone says so is not known',
  ],
  [
    'a lookup that fails is unknown',
    scene(MAIL, { lookups: { 'mail.example.com A': failure() } }),
    ['unknown mail.example.com', ...NS],
  ],
  [
    'where name servers cannot be asked, exchanges still can',
    WITHOUT_WALK,
    ['pass mail.example.com'],
  ],
  ['a domain that takes no mail may still lose its zone', scene('@ MX 0 .'), NS],
  [
    'a domain that does not exist leads nowhere',
    { zones: { com: '' } },
    ['not-applicable example.com'],
  ],
]);
