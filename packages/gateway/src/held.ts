/** What `handleDiscordPayload` returns for an event that it will settle itself, by `gateway.settle`: cheaper than a promise for each. */
export const HELD: unique symbol = Symbol('held');
