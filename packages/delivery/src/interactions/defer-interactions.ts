import type { APIInteraction, APIInteractionResponse } from 'discord-api-types/v10';
import type { AnswerInteraction, DeferOptions } from './interaction-rules.ts';

/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type */
const Type = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;
/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type */
const Callback = { deferredMessage: 5, deferredUpdate: 6, autocompleteResult: 8 } as const;
/** https://docs.discord.com/developers/resources/message#message-object-message-flags */
const EPHEMERAL = 1 << 6;

/**
 * Answers interactions through REST while the bot is away: commands and modals are deferred ("thinking…"), components are acknowledged, autocomplete
 * gets no suggestions. The bot later sends the real answer as it does after any deferral of its own.
 *
 * @see https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response
 */
export function deferInteractions({ rest, ephemeral = true, message }: DeferOptions): AnswerInteraction {
  return async (interaction) => {
    const answer = message?.(interaction) ?? deferral(interaction, ephemeral);
    if (answer === undefined) return;
    const { id, token } = interaction;
    // The method's first parameter is the manager itself, of whatever type it is.
    await rest.runMethod(rest as never, 'post', `/interactions/${id}/${token}/callback`, answer);
  };
}

function deferral({ type }: APIInteraction, ephemeral: boolean): APIInteractionResponse | undefined {
  switch (type as number) {
    case Type.command:
    case Type.modal:
      return { type: Callback.deferredMessage, data: ephemeral ? { flags: EPHEMERAL } : {} } as APIInteractionResponse;
    case Type.component:
      return { type: Callback.deferredUpdate } as APIInteractionResponse;
    case Type.autocomplete:
      return { type: Callback.autocompleteResult, data: { choices: [] } } as APIInteractionResponse;
    default:
      return undefined;
  }
}
