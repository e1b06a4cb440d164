/** What the peer sent is not WebSocket, or more of it than we take. The connection is over. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  /** What the peer is told. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
  readonly closeCode: number;

  constructor(closeCode: number, message: string) {
    super(message);
    this.closeCode = closeCode;
  }
}
