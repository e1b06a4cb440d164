import { endpoints, RestError, type RestManager } from '@shardgate/rest';
import { outcomeOf, type Poster, type PostOutcome } from './post.ts';

/** Posts to a channel, as the bot. */
export function createChannelPoster(channelId: string, rest: RestManager): Poster {
  return {
    label: `channel ${channelId}`,
    async post({ embeds, nonce }, signal) {
      try {
        await rest.runMethod(
          rest,
          'post',
          endpoints.CHANNEL_MESSAGES(channelId),
          // Where an answer got lost, the next try finds the message instead of making a second one.
          { embeds, allowed_mentions: { parse: [] }, nonce, enforce_nonce: true },
          { signal },
        );
        return { kind: 'posted' };
      } catch (error) {
        return readFailure(error);
      }
    },
    // The REST manager is the caller's.
    close: async () => undefined,
  };
}

function readFailure(error: unknown): PostOutcome {
  if (!(error instanceof RestError)) {
    // A replaced method of the manager threw; what, only its author can know.
    return {
      kind: 'later',
      text: error instanceof Error ? error.message : 'the REST manager threw',
      retryAfterMs: undefined,
      global: false,
    };
  }
  if (error.code === 'closed') return { kind: 'refused', text: error.message };
  if (error.code !== 'httpStatus' || error.status === undefined) {
    return { kind: 'later', text: error.message, retryAfterMs: undefined, global: false };
  }
  const { body } = error;
  const global = typeof body === 'object' && body !== null && 'global' in body && body.global === true;
  return outcomeOf(error.status, error.message, error.retryAfterMs, global);
}
