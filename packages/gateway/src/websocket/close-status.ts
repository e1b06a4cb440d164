/** Close codes of the protocol itself. https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export const CloseStatus = {
  ProtocolError: 1002,
  /** Never sent: the close frame had no code. */
  None: 1005,
  /** Never sent: there was no close frame. */
  Abnormal: 1006,
  InvalidData: 1007,
  PolicyViolation: 1008,
  TooBig: 1009,
} as const;

/** Whether a close frame may carry this code: the registered ones that are not for local use, and those of libraries and applications. */
export function isCloseStatus(code: number): boolean {
  return (
    Number.isInteger(code) &&
    ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999))
  );
}
