import type { z } from 'zod';
import { leaf, section, text } from './leaf.ts';

const file = (description: string, defaultText: string): z.ZodExactOptional<z.ZodString> =>
  leaf(text().exactOptional(), { description, defaultText });

/** Files of a server of ours, all PEM; read once, at the start. */
export const serverTls: z.ZodType = section({
  certFile: leaf(text(), { description: 'File of the certificate and those above it, PEM.', defaultText: 'required' }),
  keyFile: leaf(text(), { description: 'File of its private key, PEM.', defaultText: 'required' }),
  clientCaFile: file('File of the authority that clients need a certificate of, PEM.', 'clients need none'),
}).exactOptional();

/** Files of a client of ours, all PEM; read once, at the start. `{}`: TLS with what Node.js trusts. */
export const clientTls: z.ZodType = section({
  caFile: file("File of the authority of the server's certificate, PEM.", 'what Node.js trusts'),
  certFile: file('File of a certificate to show, PEM.', 'none'),
  keyFile: file('File of its private key, PEM.', 'none'),
  serverName: file("Name in the server's certificate.", 'the host of the address'),
})
  .superRefine(({ certFile, keyFile }, context) => {
    if ((certFile === undefined) === (keyFile === undefined)) return;
    const [path, other] = certFile === undefined ? ['certFile', 'keyFile'] : ['keyFile', 'certFile'];
    context.addIssue({ code: 'custom', path: [path], message: `expected a file, since there is a ${other}` });
  })
  .exactOptional();

/** Whether a server that has this lets only clients in that it knows. */
export function asksForCertificates(tls: unknown): boolean {
  return typeof tls === 'object' && tls !== null && Reflect.get(tls, 'clientCaFile') !== undefined;
}
