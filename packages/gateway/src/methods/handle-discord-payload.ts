/** Stands where your handler belongs; `spawnShards` refuses to start while it does. */
export function handleDiscordPayload(): never {
  throw new TypeError(
    "option 'handleDiscordPayload' is missing: give createGatewayManager a function that takes (gateway, data, shardId)",
  );
}
