import type { Sink, SinkDoor } from '@shardgate/delivery';

type Lane = Parameters<SinkDoor['setReady']>[1];

/** A sink that an operator can halt. */
export interface PausableSink extends Sink {
  readonly isPaused: boolean;
  /** Batches stop after those under way; what comes waits in its lanes. */
  pause(): void;
  resume(): void;
}

/** Puts a switch between the delivery and a sink: to the delivery a paused sink is one whose consumers are away. */
export function createPausableSink(sink: Sink): PausableSink {
  /** What the sink said last, of all lanes (`''`) and of single ones. */
  const said = new Map<string, { readonly ready: boolean; readonly lane: Lane }>();
  let door: SinkDoor | undefined;
  let isPaused = false;
  return {
    // Not a spread: a sink's own properties may be accessors that change.
    name: sink.name,
    deliver: (batch) => sink.deliver(batch),
    close: () => sink.close(),
    forget: (lane) => sink.forget?.(lane),
    open(given) {
      door = given;
      said.clear();
      return sink.open({
        setReady(ready, lane) {
          said.set(lane === undefined ? '' : `${lane.shardId}/${lane.shardCount}`, { ready, lane });
          if (!isPaused) given.setReady(ready, lane);
        },
        report: (level, message) => given.report(level, message),
      });
    },
    get isPaused() {
      return isPaused;
    },
    pause() {
      isPaused = true;
      for (const { ready, lane } of said.values()) if (ready) door?.setReady(false, lane);
    },
    resume() {
      isPaused = false;
      for (const { ready, lane } of said.values()) if (ready) door?.setReady(true, lane);
    },
  };
}
