/** What a gateway's handler returns for an event that is settled later, by `gateway.settle`; the symbol is registered, as no code of the gateway is imported here. */
export const HELD: symbol = Symbol.for('shardgate.held');
