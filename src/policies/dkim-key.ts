// The public key of a DKIM selector (RFC 6376 §3.6.1, RFC 8301, RFC 8463): the record at
// `<selector>._domainkey.<domain>` as a value, or the first fault with its place. The key itself is
// read, so that its kind and its length are known.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { parseTagList, splitValue, type Tag, type TextFault } from './tag-list.ts';

export type DkimKey =
  /** The bytes are a SubjectPublicKeyInfo, or the bare RSAPublicKey that RFC 6376 asks for. */
  | { readonly kind: 'rsa'; readonly bits: number; readonly bytes: Uint8Array }
  /** 32 bytes (RFC 8463 §4). */
  | { readonly kind: 'ed25519'; readonly bytes: Uint8Array }
  /** An empty `p=`: the key was withdrawn. */
  | { readonly kind: 'revoked' };

export interface DkimKeyRecord {
  readonly kind: 'dkim-key';
  readonly key: DkimKey;
  /** The hashes it may be used with; absent: any. */
  readonly hashes?: readonly string[];
  /** `*`, `email`, `tlsrpt`. */
  readonly services: readonly string[];
  /** `y`: testing; `s`: no subdomains. */
  readonly flags: readonly string[];
  /** The tag `g`, which RFC 6376 took out. */
  readonly granularity?: string;
}

export interface DkimKeyFault extends TextFault {
  readonly kind: 'dkim-key-fault';
}

const ED25519_BYTES = 32;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const fault = (at: number, because: string): DkimKeyFault => ({
  kind: 'dkim-key-fault',
  at,
  because,
});

export function parseDkimKey(text: string): DkimKeyRecord | DkimKeyFault {
  const { tags, faults } = parseTagList(text);
  const [first] = faults;
  // RFC 6376 §3.2: a tag that stands twice voids the whole list, as any other fault does.
  if (first) return fault(first.at, first.because);
  const tagOf = (name: string): Tag | undefined => tags.find((tag) => tag.name === name);
  const version = tagOf('v');
  if (version && version !== tags[0]) return fault(version.at, 'v=DKIM1 does not stand first');
  if (version && version.value !== 'DKIM1') {
    return fault(version.valueAt, `the version is "${version.value}" and not "DKIM1"`);
  }
  const p = tagOf('p');
  if (!p) return fault(text.length + 1, 'there is no p=, and so no key');
  const key = keyOf(p, tagOf('k'));
  if (key.kind === 'dkim-key-fault') return key;
  const [hashes, granularity] = [tagOf('h')?.value, tagOf('g')?.value];
  return {
    kind: 'dkim-key',
    key,
    services: splitValue(tagOf('s')?.value ?? '*', ':'),
    flags: splitValue(tagOf('t')?.value ?? '', ':').filter((each) => each !== ''),
    ...(hashes !== undefined && { hashes: splitValue(hashes, ':') }),
    ...(granularity !== undefined && { granularity }),
  };
}

function keyOf(p: Tag, k: Tag | undefined): DkimKey | DkimKeyFault {
  const encoded = p.value.replace(/[ \t\r\n]+/g, '');
  if (encoded === '') return { kind: 'revoked' };
  if (!BASE64.test(encoded) || encoded.replace(/=+$/, '').length % 4 === 1) {
    return fault(p.valueAt, 'the value of p is not Base64, or not all of it is there');
  }
  const bytes = new Uint8Array(Buffer.from(encoded, 'base64'));
  const type = k?.value ?? 'rsa';
  if (type === 'rsa') return rsaKey(p, bytes);
  if (type === 'ed25519') return ed25519Key(p, bytes);
  return fault(k?.valueAt ?? p.at, `"${type}" is no kind of key that DKIM knows`);
}

function rsaKey(p: Tag, bytes: Uint8Array): DkimKey | DkimKeyFault {
  if (bytes.length === ED25519_BYTES) {
    return fault(p.valueAt, 'the key is as long as one of Ed25519, and k=ed25519 is missing');
  }
  // RFC 6376 §3.6.1 writes an RSAPublicKey; what everybody publishes is the key with its type.
  const key = imported(bytes, 'spki') ?? imported(bytes, 'pkcs1');
  if (!key) return fault(p.valueAt, 'the value of p holds no RSA key that can be read');
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (key.asymmetricKeyType !== 'rsa' || bits === undefined) {
    return fault(p.valueAt, `the record says RSA and the key is of type ${key.asymmetricKeyType}`);
  }
  return { kind: 'rsa', bits, bytes };
}

function imported(key: Uint8Array, type: 'spki' | 'pkcs1'): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(key), format: 'der', type });
  } catch {
    return undefined;
  }
}

function ed25519Key(p: Tag, bytes: Uint8Array): DkimKey | DkimKeyFault {
  if (bytes.length === ED25519_BYTES) return { kind: 'ed25519', bytes };
  const wrapped = imported(bytes, 'spki')?.asymmetricKeyType === 'ed25519';
  return fault(
    p.valueAt,
    wrapped
      ? 'the Ed25519 key is wrapped in its type, and RFC 8463 wants its 32 bytes alone'
      : `a key of Ed25519 has ${ED25519_BYTES} bytes, and this one has ${bytes.length}`,
  );
}
