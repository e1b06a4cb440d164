const SEGMENT = /^segment-/;

/** Wraps what a gateway's process is made of, so that it can die where it is told to: SIGKILL, before the next instruction. */
export function createCrashPoints(beforeCrash) {
  let armed;
  /** Calls of the session store that are under way. */
  let storing = 0;

  /** The process passes a point. */
  function pass(point) {
    if (armed?.point !== point || armed.skip-- > 0) return;
    beforeCrash(point);
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way: nothing more is done.
    for (;;);
  }

  const onFile = (file) => ({
    ...file,
    async sync() {
      const hasSession = storing > 0;
      pass('written');
      if (hasSession) pass('wrote the session');
      await file.sync();
      pass('synced');
      if (hasSession) pass('synced the session');
    },
  });

  return {
    arm: ({ point, skip = 0 }) => void (armed = { point, skip }),

    onStore: (store) => ({
      ...store,
      open: async (name) => onFile(await store.open(name)),
      async create(name) {
        const isSegment = SEGMENT.test(name);
        if (isSegment) pass('rotating');
        const file = onFile(await store.create(name));
        if (isSegment) pass('rotated');
        return file;
      },
      async remove(name) {
        const isSegment = SEGMENT.test(name);
        if (isSegment) pass('unlinking');
        await store.remove(name);
        if (isSegment) pass('unlinked');
      },
    }),

    onJournal(journal) {
      const { append, acknowledge, sessions } = journal;
      journal.append = (records) => {
        const taken = append(records);
        if (records.length > 0) pass('appended');
        return taken;
      };
      journal.acknowledge = (sink, lane, offset) => {
        acknowledge(sink, lane, offset);
        pass('cursor moved');
      };
      Object.defineProperty(journal, 'sessions', {
        value: {
          ...sessions,
          async save(checkpoints) {
            pass('storing the session');
            storing++;
            await sessions.save(checkpoints).finally(() => storing--);
            pass('stored the session');
          },
        },
      });
      return journal;
    },

    onSink: (sink) => ({
      ...sink,
      deliver(batch) {
        const acknowledged = sink.deliver(batch).then(() => pass('acknowledged'));
        // The sink writes at the end of the tick.
        if (armed?.point === 'handed over') setTimeout(() => pass('handed over'), 1);
        return acknowledged;
      },
    }),

    onGateway(gateway) {
      const { handleDiscordPayload } = gateway;
      gateway.handleDiscordPayload = (...parameters) => {
        pass('received');
        return handleDiscordPayload(...parameters);
      };
    },
  };
}
