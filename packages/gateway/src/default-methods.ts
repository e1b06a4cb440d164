import type { GatewayMethods } from './gateway-manager.ts';
import { calculateMaxShards } from './methods/calculate-max-shards.ts';
import { closeWS } from './methods/close-ws.ts';
import { createShard } from './methods/create-shard.ts';
import { fetchGatewayBot } from './methods/fetch-gateway-bot.ts';
import { handleDiscordPayload } from './methods/handle-discord-payload.ts';
import { handleOnMessage } from './methods/handle-on-message.ts';
import { heartbeat } from './methods/heartbeat.ts';
import { identify } from './methods/identify.ts';
import { prepareBuckets } from './methods/prepare-buckets.ts';
import { processGatewayQueue } from './methods/process-gateway-queue.ts';
import { requestIdentify } from './methods/request-identify.ts';
import { reshardClose } from './methods/reshard-close.ts';
import { reshardCut } from './methods/reshard-cut.ts';
import { reshardNeeded } from './methods/reshard-needed.ts';
import { reshardPrepare } from './methods/reshard-prepare.ts';
import { reshardReady } from './methods/reshard-ready.ts';
import { reshardRollBack } from './methods/reshard-roll-back.ts';
import { resharder } from './methods/resharder.ts';
import { resume } from './methods/resume.ts';
import { safeRequestsPerShard } from './methods/safe-requests-per-shard.ts';
import { sendShardMessage } from './methods/send-shard-message.ts';
import { settle } from './methods/settle.ts';
import { spawnShards } from './methods/spawn-shards.ts';
import { stopGateway } from './methods/stop-gateway.ts';
import { tellClusterToIdentify, tellWorkerToIdentify } from './methods/tell-cluster-to-identify.ts';

/** The defaults of every method: the one place that knows them. */
export const defaultMethods: Readonly<GatewayMethods> = {
  spawnShards,
  prepareBuckets,
  tellClusterToIdentify,
  tellWorkerToIdentify,
  identify,
  resume,
  requestIdentify,
  fetchGatewayBot,
  createShard,
  heartbeat,
  handleOnMessage,
  handleDiscordPayload,
  settle,
  sendShardMessage,
  processGatewayQueue,
  safeRequestsPerShard,
  calculateMaxShards,
  closeWS,
  resharder,
  reshardNeeded,
  reshardPrepare,
  reshardReady,
  reshardCut,
  reshardClose,
  reshardRollBack,
  stopGateway,
  debug: () => {},
};
