import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** Where cloud providers keep their machine credentials: never a consumer. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

/** What the option of an http or https address must be. */
export const httpAddress: z.ZodType = z.custom().superRefine((value, context) => {
  const fault = faultOf(value);
  if (fault !== undefined) context.addIssue(fault);
});

/** A checked address as a URL; path and query are kept. */
export function parseHttpAddress(address: string): URL {
  const url = new URL(address);
  url.hash = '';
  return url;
}

/** What is wrong with it, without anything of it that may be secret. */
function faultOf(value: unknown): string | undefined {
  const text = typeof value === 'string' || value instanceof URL ? String(value) : '';
  if (!URL.canParse(text)) return 'expected an http:// or https:// address';
  const { protocol, username, password, hostname } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:')
    return `expected an http:// or https:// address, got the scheme '${protocol}'`;
  if (username !== '' || password !== '') return 'expected an address without user name and password; use secretKey';
  const host = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(host);
  if (version !== 0 && linkLocal.check(host, version === 4 ? 'ipv4' : 'ipv6'))
    return `expected another host than the link-local ${host}`;
  return undefined;
}
