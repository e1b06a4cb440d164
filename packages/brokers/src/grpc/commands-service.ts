import type { CommandPort } from '@shardgate/delivery';
import { CommandError } from '@shardgate/delivery';
import type { ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { commandStatus } from './command-status.ts';
import type { Grpc } from './grpc-library.ts';
import { metadataText } from './listener.ts';
import type { GrpcListenSettings } from './server-options.ts';

type Call = ServerWritableStream<{ readonly json: string }, { readonly chunk?: Buffer; readonly result?: Buffer }>;

/** `shardgate.v1.Commands`: any command of Shardgate's, as JSON text. */
export function commandsService(
  grpc: Grpc,
  { admits }: Pick<GrpcListenSettings, 'admits'>,
  intake: CommandPort,
  clientName: string,
): UntypedServiceImplementation {
  const client = { name: clientName, id: clientName };

  async function carryOut(call: Call): Promise<void> {
    const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? 'null');
    const onChunk = (chunk: unknown): void => {
      if (call.cancelled) throw new Error('the client is gone');
      call.write({ chunk: json(chunk) });
    };
    const result = await intake.execute(client, parse(call.request.json), onChunk);
    call.write({ result: json(result) });
    call.end();
  }

  return {
    Execute: (call: Call) => {
      // Whoever is gone needs no answer.
      call.on('error', () => {});
      if (!admits(metadataText(call.metadata, 'authorization'))) {
        call.emit('error', { code: grpc.status.UNAUTHENTICATED, details: 'the key is wrong, or there is none' });
        return;
      }
      carryOut(call).catch((error: unknown) => call.emit('error', commandStatus(grpc, error)));
    },
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new CommandError('invalid', 'the command is not JSON');
  }
}
