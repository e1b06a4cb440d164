import { laneName, type DeliveryEvent, type LaneKey } from '@shardgate/delivery';

/** The last event of a lane that a broker confirmed. */
export interface LaneMark {
  readonly sessionId: string;
  readonly seq: number | null;
}

/** How far each lane's events were confirmed, and which lanes have lost some because the broker did. */
export interface LaneMarks {
  confirmed(event: DeliveryEvent): void;
  /** The broker has forgotten what it had confirmed. Returns of how many lanes. */
  brokerLost(): number;
  /** What consumers are to be told of a lane before its next event. */
  lossOf(lane: LaneKey): LaneMark | undefined;
  lossTold(lane: LaneKey, loss: LaneMark): void;
}

export function createLaneMarks(): LaneMarks {
  let last = new Map<string, LaneMark>();
  const lost = new Map<string, LaneMark>();
  return {
    confirmed(event) {
      // Not the event itself, which holds its bytes.
      last.set(laneName(event), { sessionId: event.sessionId, seq: event.seq });
    },
    brokerLost() {
      for (const [lane, mark] of last) lost.set(lane, mark);
      last = new Map();
      return lost.size;
    },
    lossOf: (lane) => (lost.size === 0 ? undefined : lost.get(laneName(lane))),
    lossTold(lane, loss) {
      const name = laneName(lane);
      if (lost.get(name) === loss) lost.delete(name);
    },
  };
}
