import { readFileSync } from 'node:fs';
import { errorCode } from './error-code.ts';
import { ServiceError } from './service-error.ts';

/**
 * Reads a PEM file that a setting names; undefined where it names none.
 *
 * @throws {ServiceError} naming the setting and the file that cannot be read
 */
function readPem<Path extends string | undefined>(
  path: Path,
  setting: string,
): Path extends string ? string : undefined;
function readPem(path: string | undefined, setting: string): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const message = `${setting}: ${path} cannot be read (${errorCode(error) ?? String(error)})`;
    throw new ServiceError('configuration', message, { cause: error });
  }
}

/** Texts of a server's files, which are named below `setting`: with an authority its clients have to show a certificate. @throws {ServiceError} */
export function readServerTls(
  files: { readonly certFile: string; readonly keyFile: string; readonly clientCaFile?: string | undefined },
  setting: string,
): { readonly cert: string; readonly key: string; readonly ca: string | undefined } {
  return {
    cert: readPem(files.certFile, `${setting}.certFile`),
    key: readPem(files.keyFile, `${setting}.keyFile`),
    ca: readPem(files.clientCaFile, `${setting}.clientCaFile`),
  };
}

/** Texts of a client's files, which are named below `setting`. @throws {ServiceError} */
export function readClientTls(
  files: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly serverName?: string;
  },
  setting: string,
): Readonly<Record<'ca' | 'cert' | 'key' | 'serverName', string | undefined>> {
  return {
    ca: readPem(files.caFile, `${setting}.caFile`),
    cert: readPem(files.certFile, `${setting}.certFile`),
    key: readPem(files.keyFile, `${setting}.keyFile`),
    serverName: files.serverName,
  };
}
