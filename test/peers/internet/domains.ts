// All domains of the closed internet that are looked at.
import type { Domain } from './domain.ts';
import { MAIL_DOMAINS } from './domains-mail.ts';
import { NAME_DOMAINS } from './domains-names.ts';
import { POLICY_DOMAINS } from './domains-policies.ts';
import { RIGHT_DOMAINS } from './domains-right.ts';

const ALL: readonly Domain[] = [
  ...RIGHT_DOMAINS,
  ...NAME_DOMAINS,
  ...MAIL_DOMAINS,
  ...POLICY_DOMAINS,
];

/** Where somebody answers late or never. They come first, so that they are waited for together. */
const SLOW = ['tarpit.test', 'silent.test', 'abandoned.test', 'deserted.test', 'deaf.test'];

export const DOMAINS: readonly Domain[] = [
  ...ALL.filter(({ name }) => SLOW.includes(name)),
  ...ALL.filter(({ name }) => !SLOW.includes(name)),
];
