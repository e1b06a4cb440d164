/** What a transport tells whoever opened it. Nothing comes after `onClose`. */
export interface TransportListener {
  onOpen(): void;
  onMessage(text: string): void;
  /** The connection has ended, or never came about. `isRefused` when that was because of the key. */
  onClose(reason: string, isRefused: boolean): void;
}

/** A connection to a stream sink. */
export interface Transport {
  send(text: string): void;
  /** What `work` sends leaves in one write. */
  together(work: () => void): void;
  /** Ends it when everything is sent; `onClose` follows. */
  end(): void;
  /** Ends it at once; `onClose` follows. */
  destroy(): void;
}
