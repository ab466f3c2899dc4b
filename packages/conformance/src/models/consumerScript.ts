/** How a script starts workers of durable consumers, and sees where they stand. */
export const CONSUMER_SCRIPT = `
  const consumers: Record<string, { versions: Record<string, number[]>; done: string[]; again: number }> = {};
  const workers: { name: string; on: EventStorePort; left: number; close: () => Promise<void> }[] = [];
  const start = async (on: EventStorePort, name: string, options: { attemptsMax: number }, poison: { aggregateId: string; every: number } | null) => {
    const known = (consumers[name] ??= { versions: {}, done: [], again: 0 });
    const worker = { name, on, left: Infinity, close: async () => {} };
    const handler = async ({ aggregateId, aggregateVersion }: DomainEvent, { attempt, signal }: DeliveryContext) => {
      if (worker.left <= 0 && attempt === 1) {
        await new Promise((_resolve, reject) => signal.addEventListener('abort', reject, { once: true }));
      }
      const place = \`\${aggregateId}: \${aggregateVersion}\`;
      const isNew = !known.done.includes(place);
      const fails = isNew && aggregateId === poison?.aggregateId && aggregateVersion % poison.every === 0;
      if (!fails || attempt === options.attemptsMax) worker.left--;
      if (fails) throw new Error('poison');
      if (!isNew) known.again++;
      if (!isNew) return;
      known.done.push(place);
      (known.versions[aggregateId] ??= []).push(aggregateVersion);
    };
    const subscription = on.subscribeToStream?.(handler, { consumer: name, retryDelaysMs: [0], ...options });
    worker.close = async () => subscription?.close();
    workers.push(worker);
    if (workers.filter((one) => one.name === name).length === 1) await moved(subscription?.started);
  };
  const stop = (name: string) => workers.splice(workers.findIndex((one) => one.name === name), 1)[0]?.close();
  const dieAfter = (on: EventStorePort | string, events: number) => {
    for (const one of workers.filter((worker) => worker.on === on)) one.left = events;
    const owner = workers.find((worker) => worker.name === on);
    if (owner !== undefined) owner.left = events;
  };
  const die = (on: EventStorePort) => {
    clocks.delete(on);
    dieAfter(on, 0);
    workers.splice(0, workers.length, ...workers.filter((worker) => worker.on !== on));
  };
  const asked = (request: Promise<void>) => request.then(() => 'done', (error) => error.code);
  const discard = async (name: string, aggregateId: string, version: number) => {
    await store.discardParked(name, aggregateId, version);
    consumers[name]?.done.push(\`\${aggregateId}: \${version}\`);
  };
  const moved = async (end: Promise<unknown> | undefined) => {
    let isMoving = true;
    end?.finally(() => { isMoving = false; });
    for (let turn = 0; isMoving && turn < 1_000; turn++) await turned();
  };
  const turned = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    for (const clock of clocks.values()) clock.advance(100);
  };
  const standing = async (name: string, expected: string, again: number) => {
    const known = consumers[name] ?? { versions: {}, done: [], again: 0 };
    let text = '';
    for (let turn = 0; turn < 2_000 && text !== expected; turn++) {
      await turned();
      const parked = await store.parkedAggregates(name);
      const waiting = parked.map((one) => \`\${one.aggregateId}: \${one.aggregateVersion} \${one.state}\`);
      const lanes = Object.entries(known.versions).map(([id, versions]) => \`\${id}: \${versions}\`);
      text = \`\${lanes.sort().join('; ')} | \${waiting.sort().join('; ')}\`;
    }
    return known.again > again ? \`\${text}, \${known.again} again where \${again} may be\` : text;
  };`;
