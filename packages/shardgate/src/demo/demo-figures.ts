import { createBotLogReader } from './bot-log.ts';
import type { Chain } from './chain.ts';
import type { DemoStatus, DemoSummary } from './demo-report.ts';
import { createProof } from './proof.ts';
import type { RoleMessage } from './role-messages.ts';

/** What is known of the demo's events: from the simulator, the bot's log, and the gateway. */
export interface DemoFigures {
  /** Reads what the bot has written. Before the simulator is asked, so that what it then says covers all of it. */
  readBotLog(): void;
  hear(message: RoleMessage): void;
  /** The gateway is killed: what it said is no more true. */
  gatewayLost(): void;
  status(): DemoStatus;
  /** To be called when nothing is under way any more: what is not handled then is lost. */
  summary(): DemoSummary;
  /** Events that were sent and are not handled. */
  open(): number;
  close(): void;
}

/** @param botLog path of the file in which the bot writes down what it has done */
export function createDemoFigures(botLog: string, { isSimulated, kills }: Chain): DemoFigures {
  const proof = createProof();
  let duplicatesDropped = 0;
  let gaps = 0;
  let gateway: (RoleMessage & { type: 'gateway' }) | undefined;
  const reader = createBotLogReader(botLog, { handled: proof.handled, again: () => duplicatesDropped++ });
  const known = <Value>(value: Value): Value | undefined => (isSimulated ? value : undefined);

  return {
    readBotLog: reader.read,
    hear(message) {
      if (message.type === 'sent') message.ids.forEach(proof.sent);
      else if (message.type === 'gateway') gateway = message;
      else if (message.type === 'handled') duplicatesDropped += message.again;
      else if (message.type === 'gap') gaps++;
    },
    gatewayLost: () => (gateway = undefined),
    status() {
      const { sent, handled, open, overtaken } = proof.figures();
      return {
        ready: gateway?.ready,
        total: gateway?.total,
        sent: known(sent),
        handled,
        duplicatesDropped,
        lost: known(overtaken),
        gaps,
        kills: { ...kills },
        waiting: known(open) ?? gateway?.waiting,
        journalBytes: gateway?.journalBytes,
      };
    },
    summary() {
      reader.read();
      const { sent, handled, open, unknown, twice } = proof.figures();
      return {
        sent: known(sent),
        handled,
        duplicatesDropped,
        lost: known(open),
        gaps,
        kills: { ...kills },
        unknown: known(unknown),
        handledTwice: twice,
      };
    },
    open: () => proof.figures().open,
    close: reader.close,
  };
}
