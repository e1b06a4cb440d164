import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { decodeEtf, encodeEtf, type Compression, type Encoding } from '@shardgate/wire';

/** A WebSocket message. */
export interface Message {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

/** What a far end writes and reads on one connection. */
export interface FarEndFrames {
  /** A payload as its message. */
  write(payload: object): Message;
  /** A dispatch whose data is broken in its middle. */
  writeDamaged(t: string, s: number): Message;
  /** What the gateway sent. */
  read(frame: string | Buffer): unknown;
}

/** The plainest far end of each encoding and compression: nothing it sends refers to what came before. */
export function createFarEndFrames(encoding: Encoding, compression: Compression): FarEndFrames {
  let isFirst = true;

  const compressed = (bytes: Buffer): Message => {
    const first = isFirst;
    isFirst = false;
    switch (compression) {
      case 'none':
        return { bytes, isBinary: encoding === 'etf' };
      case 'payload':
        return { bytes: deflateSync(bytes), isBinary: true };
      case 'zlib-stream': {
        const deflate = first ? deflateSync : deflateRawSync;
        return { bytes: deflate(bytes, { finishFlush: constants.Z_SYNC_FLUSH }), isBinary: true };
      }
      case 'zstd-stream':
        return { bytes: zstdFrame(bytes), isBinary: true };
    }
  };

  return {
    write: (payload) => compressed(encoding === 'etf' ? encodeEtf(payload) : Buffer.from(JSON.stringify(payload))),
    writeDamaged(t, s) {
      if (encoding === 'json') return compressed(Buffer.from(`{"t":"${t}","s":${s},"op":0,"d":{"id":"1","content":}}`));
      const whole = encodeEtf({ d: { id: '1', content: '' }, op: 0, s, t });
      // The length of the id grows past the end.
      whole.writeUInt32BE(0x7fff_ffff, whole.indexOf('id') + 3);
      return compressed(whole);
    },
    read: (frame) => (typeof frame === 'string' ? JSON.parse(frame) : decodeEtf(frame)),
  };
}

/** One frame with one raw block; https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
function zstdFrame(bytes: Buffer): Buffer {
  const header = Buffer.from('28b52ffd0040000000', 'hex');
  const last = 1;
  header.writeUIntLE((bytes.length << 3) | last, 6, 3);
  return Buffer.concat([header, bytes]);
}
