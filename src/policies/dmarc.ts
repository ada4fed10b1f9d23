// DMARC records (RFC 9989 §4.7, §4.8). A text that begins with `v=DMARC1` is a record, whatever
// follows: what cannot be read is left out in favour of its default, and told as a fault with its
// place. Any other text is none.
import { parseReportUri, type ReportUri, type ReportUriFault } from './dmarc-uri.ts';
import { parseTagList, splitValue, type Tag, type TextFault } from './tag-list.ts';

const POLICIES = ['none', 'quarantine', 'reject'] as const;
export type DmarcPolicy = (typeof POLICIES)[number];

/** Where a report shall go. */
export interface DmarcReportTo {
  /** As it stands there, with a size. */
  readonly text: string;
  readonly uri: ReportUri | ReportUriFault;
  /** `10m` in `mailto:a@example.com!10m`, which RFC 9989 tells everybody to ignore. */
  readonly size?: string;
}

export interface DmarcFault extends TextFault {
  /** `policy`: of p, sp or np, which costs the record its policy; `value`: of another tag. */
  readonly kind: 'syntax' | 'policy' | 'value' | 'unknown-tag';
}

export interface DmarcRecord {
  readonly kind: 'dmarc';
  /** Absent where there is none that can be read. */
  readonly policy?: DmarcPolicy;
  readonly subdomainPolicy?: DmarcPolicy;
  /** For subdomains that do not exist. */
  readonly nonexistentPolicy?: DmarcPolicy;
  readonly isTesting: boolean;
  readonly psd: 'y' | 'n' | 'u';
  readonly dkimAlignment: 'relaxed' | 'strict';
  readonly spfAlignment: 'relaxed' | 'strict';
  /** `rua`. */
  readonly aggregateReports: readonly DmarcReportTo[];
  /** `ruf`. */
  readonly failureReports: readonly DmarcReportTo[];
  /** All that can be read, names in lower case, for whoever wants to change one. */
  readonly tags: readonly Tag[];
  readonly faults: readonly DmarcFault[];
}

export interface NoDmarc extends TextFault {
  readonly kind: 'no-dmarc';
}

// RFC 9989 §4.8: dmarc-version; the name in any case, the value as it is written here.
const BEGINNING = /^[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/;
// RFC 9989 §4.8: dmarc-fo.
const FAILURE_OPTIONS = /^[01ds](?:\s*:\s*[01ds])*$/i;
/** RFC 9989 §9.3 calls them historic; DMARC-REMOVED tells of them. */
export const REMOVED_TAGS: readonly string[] = ['pct', 'rf', 'ri'];
const SIZE = /!(\d+[kmgt]?)$/i;

/** Does it begin as a DMARC record must? All others are left out (RFC 9989 §4.10). */
export const isDmarcText = (text: string): boolean => BEGINNING.test(text);

export function parseDmarcRecord(text: string): DmarcRecord | NoDmarc {
  if (!isDmarcText(text)) {
    return { kind: 'no-dmarc', at: 1, because: 'it does not begin with "v=DMARC1;"' };
  }
  const { tags, faults } = lowerCased(text);
  const reader = new TagReader(tags, faults);
  const policy = reader.policy('p');
  const subdomainPolicy = reader.policy('sp');
  const nonexistentPolicy = reader.policy('np');
  const record = {
    kind: 'dmarc',
    ...(policy && { policy }),
    ...(subdomainPolicy && { subdomainPolicy }),
    ...(nonexistentPolicy && { nonexistentPolicy }),
    isTesting: reader.word('t', ['n', 'y']) === 'y',
    psd: reader.word('psd', ['u', 'y', 'n']),
    dkimAlignment: reader.word('adkim', ['r', 's']) === 's' ? 'strict' : 'relaxed',
    spfAlignment: reader.word('aspf', ['r', 's']) === 's' ? 'strict' : 'relaxed',
    aggregateReports: reader.reports('rua'),
    failureReports: reader.reports('ruf'),
    tags,
  } as const;
  reader.failureOptions();
  reader.others();
  return { ...record, faults: reader.faults.toSorted((a, b) => a.at - b.at) };
}

/** RFC 9989 §4.8 names tags in any case; one that stands twice after that is a fault as well. */
function lowerCased(text: string): { tags: readonly Tag[]; faults: readonly TextFault[] } {
  const list = parseTagList(text);
  const tags = new Map<string, Tag>();
  const faults = [...list.faults];
  for (const tag of list.tags) {
    const name = tag.name.toLowerCase();
    if (!tags.has(name)) tags.set(name, { ...tag, name });
    else faults.push({ at: tag.at, because: `the tag ${name} stands there twice` });
  }
  return { tags: [...tags.values()], faults };
}

const KNOWN_TAGS = 'v p sp np t psd adkim aspf rua ruf fo'.split(' ');

/** Takes the tags it knows, and keeps what is wrong with them. */
class TagReader {
  readonly faults: DmarcFault[];
  readonly #tags: readonly Tag[];

  constructor(tags: readonly Tag[], faults: readonly TextFault[]) {
    this.#tags = tags;
    this.faults = faults.map((each) => ({ ...each, kind: 'syntax' }));
  }

  policy(name: 'p' | 'sp' | 'np'): DmarcPolicy | undefined {
    const tag = this.#tag(name);
    const policy = POLICIES.find((each) => each === tag?.value.toLowerCase());
    if (tag && !policy) {
      const because = `${name} is "${tag.value}" and not none, quarantine or reject`;
      this.faults.push({ kind: 'policy', at: tag.valueAt, because });
    }
    return policy;
  }

  /** One of these words; the first where it is absent or another. */
  word<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    const tag = this.#tag(name);
    const word = words.find((each) => each === tag?.value.toLowerCase());
    if (tag && word === undefined) {
      const known = words.toSorted().join(', ');
      this.#wrong(tag, `${name} is "${tag.value}" and none of ${known}`);
    }
    return word ?? words[0];
  }

  reports(name: 'rua' | 'ruf'): readonly DmarcReportTo[] {
    const tag = this.#tag(name);
    if (!tag) return [];
    return splitValue(tag.value, ',').map((text) => {
      const size = SIZE.exec(text)?.[1];
      const uri = parseReportUri(size === undefined ? text : text.slice(0, -size.length - 1));
      return { text, uri, ...(size !== undefined && { size }) };
    });
  }

  failureOptions(): void {
    const tag = this.#tag('fo');
    if (!tag || FAILURE_OPTIONS.test(tag.value)) return;
    this.#wrong(tag, `fo is "${tag.value}" and not made of 0, 1, d and s with ":" between them`);
  }

  others(): void {
    for (const { name, at } of this.#tags) {
      if (KNOWN_TAGS.includes(name) || REMOVED_TAGS.includes(name)) continue;
      this.faults.push({ kind: 'unknown-tag', at, because: `"${name}" is no tag of DMARC` });
    }
  }

  #tag(name: string): Tag | undefined {
    return this.#tags.find((tag) => tag.name === name);
  }

  #wrong(tag: Tag, because: string): void {
    this.faults.push({ kind: 'value', at: tag.valueAt, because });
  }
}

/** Is at least one of them a URI? */
export const hasValidUri = (reports: readonly DmarcReportTo[]): boolean =>
  reports.some(({ uri }) => uri.kind !== 'uri-fault');

export interface DmarcSender {
  /** Is it below the domain of the record? */
  readonly isSubdomain: boolean;
  readonly exists: boolean;
}

/**
 * What the record asks for mail of a domain that fails, before test mode; nothing where receivers
 * leave DMARC alone (RFC 9989 §4.10.1).
 */
export function statedPolicy(record: DmarcRecord, sender: DmarcSender): DmarcPolicy | undefined {
  const isBroken = record.faults.some(({ kind }) => kind === 'policy');
  if (isBroken || record.policy === undefined) {
    return hasValidUri(record.aggregateReports) ? 'none' : undefined;
  }
  const below = record.subdomainPolicy ?? record.policy;
  if (!sender.isSubdomain) return record.policy;
  return sender.exists ? below : (record.nonexistentPolicy ?? below);
}

/** RFC 9989 §4.7: with `t=y` one level less. */
export function policyInTest(policy: DmarcPolicy): DmarcPolicy {
  return policy === 'reject' ? 'quarantine' : 'none';
}

/** Does the first ask for less than the second? */
export const isWeaker = (one: DmarcPolicy, other: DmarcPolicy): boolean =>
  POLICIES.indexOf(one) < POLICIES.indexOf(other);
