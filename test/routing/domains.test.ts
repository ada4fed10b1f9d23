// Which domains are ours, and who is a recipient there.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRecipient, type OurDomain, ourDomainOf, ourDomains } from '../../src/routing/domains.ts';
import { isAddressFault, type MailAddress, parseAddress } from '../../src/smtp/address.ts';
import { nameOf } from '../support/routing.ts';

const backup = (recipients: OurDomain['recipients']): OurDomain => ({
  role: 'backup',
  name: nameOf('Example.COM'),
  recipients,
});

function address(text: string): MailAddress {
  const parsed = parseAddress(text);
  if (isAddressFault(parsed)) throw new Error(parsed.because);
  return parsed;
}

describe('our domains', () => {
  const ours = backup('any');
  const domains = ourDomains([ours]);
  const ROWS: readonly (readonly [text: string, isOurs: boolean])[] = [
    ['user@example.com', true],
    ['user@EXAMPLE.com', true],
    ['user@mail.example.com', false],
    ['user@example.org', false],
    ['user@com', false],
    ['user@[192.0.2.1]', false],
  ];
  for (const [text, isOurs] of ROWS) {
    it(`${text}: ${isOurs ? 'ours' : "somebody else's"}`, () => {
      assert.equal(ourDomainOf(domains, address(text)), isOurs ? ours : undefined);
    });
  }
});

describe('recipients', () => {
  const ROWS: readonly (readonly [
    sentence: string,
    listed: OurDomain['recipients'],
    local: string,
    isOne: boolean,
  ])[] = [
    ['a listed one', new Set(['user']), 'user', true],
    ['in any case', new Set(['user']), 'User', true],
    ['no other', new Set(['user']), 'users', false],
    ['postmaster is always one (RFC 5321 §4.5.1)', new Set(['user']), 'postmaster', true],
    ['postmaster in any case', new Set(), 'PostMaster', true],
    ['an empty list has nobody else', new Set(), 'user', false],
    ['any: everybody', 'any', 'whoever', true],
  ];
  for (const [sentence, listed, local, isOne] of ROWS) {
    it(sentence, () => assert.equal(isRecipient(backup(listed), local), isOne));
  }
});
