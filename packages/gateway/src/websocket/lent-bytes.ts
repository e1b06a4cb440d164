import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Takes bytes that are lent: the next read, of whatever connection, writes over them. */
export type TakeBytes = (bytes: Buffer) => void;

/** A connection that is read into memory which all connections share. */
export interface Connection {
  readonly socket: Socket;
  /** From here on bytes go there and no more into the socket's stream. */
  readTo(take: TakeBytes): void;
}

/** As much as Node reads in one go. */
export const READ_BYTES: number = 64 * 1024;

/** Reading is synchronous, and what it brings is used before the next one. Node would make a buffer for each. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/**
 * Opens a TCP or TLS connection. Until {@link Connection.readTo} its socket is a stream like any other, for Node's HTTP client to read the upgrade from.
 * TLS certificates are checked as Node does by default, for the host.
 *
 * @see https://nodejs.org/api/net.html#socketconnectoptions-connectlistener (`onread`)
 */
export function openConnection(host: string, port: number, secure: boolean): Connection {
  let take: TakeBytes = (bytes) => void socket.push(Buffer.from(bytes));
  const onread: OnReadOpts = {
    buffer: shared,
    callback(length) {
      take(shared.subarray(0, length));
      return true;
    },
  };
  const to = { host, port, onread };
  const socket: Socket = secure ? connectTls({ ...to, servername: isIP(host) === 0 ? host : '' }) : connectTcp(to);
  return {
    socket,
    readTo(taker) {
      take = taker;
    },
  };
}
