/**
 * What `handleDiscordPayload` returns for an event that it will settle itself, by `gateway.settle`: cheaper than a promise for each. A registered symbol, so that
 * whoever does not import this package can return it too.
 */
export const HELD: unique symbol = Symbol.for('shardgate.held');
