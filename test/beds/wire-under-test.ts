import type { Compression, Encoding } from '@shardgate/wire';

/** How the gateway under test and its far end speak. */
export interface WireUnderTest {
  readonly encoding: Encoding;
  readonly compression: Compression;
}

/**
 * The encoding and compression of this run of the shard suite, from `SHARDGATE_TEST_WIRE` (`etf/zstd-stream`); each of vitest's projects
 * sets another. Undefined in the main one, where each bed takes its own default.
 */
export const wireUnderTest: WireUnderTest | undefined = parse(process.env['SHARDGATE_TEST_WIRE']);

function parse(wire: string | undefined): WireUnderTest | undefined {
  const [encoding, compression] = wire?.split('/') ?? [];
  return encoding === undefined || compression === undefined
    ? undefined
    : { encoding: encoding as Encoding, compression: compression as Compression };
}
