// The RRsets that mail needs, which every name server must give alike: those of the domain itself,
// and those of its exchanges in whatever zones they are.

import { hostText, isBelow, type Name, sameName } from '../../../dns/name.ts';
import { TYPE, typeText } from '../../../dns/types.ts';
import type { About } from '../../about.ts';
import type { Inquiry } from '../../inquiry.ts';
import { mailHosts } from '../../mail.ts';
import { below } from '../../published.ts';
import { named, type Subject } from '../../subject.ts';
import { selectorName } from '../dkim/selectors.ts';
import type { Question } from './server-answers.ts';

/** Hosts beyond this, by preference, are not compared at their name servers. */
const HOSTS_MAX = 10;

export interface MailQuestion extends Question {
  /** In the zone of the domain, so that whoever runs the domain can mend it. */
  readonly isOwn: boolean;
}

/** `example.com MX`. */
export const questionText = ({ name, type }: Question): string =>
  `${hostText(name)} ${typeText(type)}`;

export const questionSubject = (question: Question): Subject => named(questionText(question));

/** The most important first. */
export function* mailQuestions(about: About, zone: Name): Inquiry<readonly MailQuestion[]> {
  const { domain, declared } = about;
  const hosts = (yield* mailHosts(about)).slice(0, HOSTS_MAX);
  const texts = ['_dmarc', '_mta-sts', '_smtp._tls'];
  const names = [
    ...texts.map((labels) => below(labels, domain)),
    ...declared.selectors.map((selector) => selectorName(selector, domain)),
  ].filter((name) => name !== undefined);
  const own: readonly Question[] = [
    { name: domain, type: TYPE.MX },
    { name: domain, type: TYPE.TXT },
    ...names.map((name) => ({ name, type: TYPE.TXT })),
    { name: domain, type: TYPE.CAA },
  ];
  const ofHosts = hosts.flatMap((host): readonly Question[] => {
    const tlsa = below('_25._tcp', host);
    return [
      { name: host, type: TYPE.A },
      { name: host, type: TYPE.AAAA },
      ...(tlsa === undefined ? [] : [{ name: tlsa, type: TYPE.TLSA }]),
    ];
  });
  return [...own, ...ofHosts].map((question) => {
    const isOwn = isBelow(question.name, zone) || sameName(question.name, domain);
    return { ...question, isOwn };
  });
}
