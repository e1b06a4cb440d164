import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A certificate and its key, both as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate is to say. */
export interface CertificateRequest {
  /** DNS name it is for; an authority needs none. */
  readonly host?: string;
  /** Last day it is good, a whole number of days from now; negative for one that is over. Default 30. */
  readonly lastDay?: number;
}

/** Somebody who vouches for certificates. */
export interface Authority extends Certificate {
  issue(request: CertificateRequest): Certificate;
}

const DAY_MS = 86_400_000;
const Tag = {
  boolean: 1,
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  utf8: 12,
  time: 23,
  sequence: 0x30,
  set: 0x31,
} as const;

/** DER: a tag, a length, the content. https://www.itu.int/rec/T-REC-X.690 */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

/** Object identifiers, encoded: https://www.rfc-editor.org/rfc/rfc5280, https://www.rfc-editor.org/rfc/rfc5758 */
const Oid = {
  commonName: der(Tag.oid, Buffer.from('550403', 'hex')),
  basicConstraints: der(Tag.oid, Buffer.from('551d13', 'hex')),
  subjectAltName: der(Tag.oid, Buffer.from('551d11', 'hex')),
  ecdsaWithSha256: der(Tag.oid, Buffer.from('2a8648ce3d040302', 'hex')),
};
const TRUE = der(Tag.boolean, Buffer.from([0xff]));
const ALGORITHM = der(Tag.sequence, Oid.ecdsaWithSha256);

const name = (text: string): Buffer =>
  der(Tag.sequence, der(Tag.set, der(Tag.sequence, Oid.commonName, der(Tag.utf8, Buffer.from(text)))));

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/\D/g, '');
  return der(Tag.time, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function bits(content: Buffer): Buffer {
  return der(Tag.bits, Buffer.from([0]), content);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

interface Signer {
  readonly name: string;
  readonly key: KeyObject;
}

function certify(subject: string, publicKey: KeyObject, by: Signer, request: CertificateRequest): string {
  const { host, lastDay = 30 } = request;
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const extension =
    host === undefined
      ? der(Tag.sequence, Oid.basicConstraints, TRUE, der(Tag.octets, der(Tag.sequence, TRUE)))
      : der(Tag.sequence, Oid.subjectAltName, der(Tag.octets, der(Tag.sequence, der(0x82, Buffer.from(host)))));
  const serial = createHash('sha256').update(spki).digest().subarray(0, 8);
  const body = der(
    Tag.sequence,
    der(0xa0, der(Tag.integer, Buffer.from([2]))),
    der(Tag.integer, Buffer.from([1]), serial),
    ALGORITHM,
    name(by.name),
    der(Tag.sequence, time(Date.now() - 60 * DAY_MS), time(Date.now() + lastDay * DAY_MS)),
    name(subject),
    spki,
    der(0xa3, der(Tag.sequence, extension)),
  );
  return pem('CERTIFICATE', der(Tag.sequence, body, ALGORITHM, bits(sign('sha256', body, by.key))));
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyText = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A server certificate that vouches for itself. */
export function createSelfSigned(request: CertificateRequest): Certificate {
  const { publicKey, privateKey } = newKeys();
  return { cert: certify('self', publicKey, { name: 'self', key: privateKey }, request), key: keyText(privateKey) };
}

export function createAuthority(subject: string): Authority {
  const { publicKey, privateKey } = newKeys();
  const signer = { name: subject, key: privateKey };
  return {
    cert: certify(subject, publicKey, signer, {}),
    key: keyText(privateKey),
    issue(request) {
      const keys = newKeys();
      return { cert: certify('server', keys.publicKey, signer, request), key: keyText(keys.privateKey) };
    },
  };
}
