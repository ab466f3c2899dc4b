import type { Shell } from '../Shell.ts';
import { judgeHistory } from './judgeHistory.ts';
import { ObservedJudge } from './ObservedJudge.ts';
import type { JudgeSettings } from './protocol.ts';
import type { RefusalsFile } from './RefusalsFile.ts';
import { placeOf } from './readHistory.ts';
import type { Tally } from './Tally.ts';

/** Where what is found goes. */
interface Work {
  readonly tally: Tally;
  readonly rejects: RefusalsFile | undefined;
}

/** What is stored is judged as it is stored: the rules in force neither lift it nor hide it. */
const WITHOUT_RULES = { rules: 'none' } as const;

/** Tries rules on everything that is stored. */
export function tallyProposed(
  shell: Shell,
  { tally, rejects }: Work,
  settings: JudgeSettings,
  threads: number,
): Promise<void> {
  return shell.withStore(async (store) => {
    const progress = shell.progress('judging', 'events');
    try {
      await judgeHistory(store, {
        settings,
        threads,
        signal: shell.signal,
        onJudged: (places, findings) => {
          const broken = new Map(findings.map((finding) => [finding.index, finding.broken]));
          for (const [index, place] of places.entries()) tally.add(place, broken.get(index) ?? []);
          rejects?.add(places, findings);
          progress.update(tally.events);
        },
      });
    } finally {
      progress.end();
    }
  }, WITHOUT_RULES);
}

/** Counts what a store in observe mode has let in. */
export function tallyObserved(shell: Shell, { tally, rejects }: Work): Promise<void> {
  return shell.withStore(async (store) => {
    const judge = new ObservedJudge(store);
    const progress = shell.progress('reading', 'events');
    try {
      for await (const stored of store.exportHistory({ signal: shell.signal })) {
        const place = placeOf(stored.event);
        const broken = await judge.rulesOf(stored);
        tally.add(place, broken);
        if (broken.length > 0) rejects?.add([place], [{ index: 0, broken }]);
        progress.update(tally.events);
      }
    } finally {
      progress.end();
    }
  }, WITHOUT_RULES);
}
