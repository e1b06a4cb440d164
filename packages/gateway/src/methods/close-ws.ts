import type { GatewaySocket } from '../ports/socket.ts';
import { OwnCloseCode } from '../shard/close-codes.ts';

/** Default of {@link GatewayMethods.closeWS}. The library ends the socket itself if the peer does not answer within a second. */
export function closeWS(socket: GatewaySocket, code: number = OwnCloseCode.Shutdown, reason?: string): void {
  socket.close(code, reason);
}
