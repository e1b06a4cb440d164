import { laneName, type DeliveryEvent, type LaneKey } from '@shardgate/delivery';

/** The last event of a lane that a broker confirmed. */
export interface LaneMark {
  readonly sessionId: string;
  readonly seq: number | null;
}

/** How far each lane's events were confirmed, and which lanes have lost some because the broker did. */
export interface LaneMarks {
  confirmed(event: DeliveryEvent): void;
  /** The broker did not confirm this one before its connection went: it, and what came behind it confirmed or not, will be published once more. */
  unconfirmed(event: DeliveryEvent): void;
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
    unconfirmed(event) {
      const name = laneName(event);
      const mark = last.get(name);
      if (mark === undefined || mark.sessionId !== event.sessionId || mark.seq === null || event.seq === null) return;
      if (mark.seq >= event.seq) last.set(name, { sessionId: event.sessionId, seq: event.seq - 1 });
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
