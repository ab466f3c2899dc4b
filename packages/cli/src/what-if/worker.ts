import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { GovernanceUnavailableError, readJson } from '@nexus/shared';
import { openPolicies } from './openPolicies.ts';
import type { JudgedItem, JudgeReply, JudgeRequest, JudgeSettings } from './protocol.ts';
import { RuleJudge } from './RuleJudge.ts';

/** A thread that judges: it reads no store, and writes nothing. */
async function serve(port: MessagePort, { policies, ...settings }: JudgeSettings): Promise<void> {
  const policy = policies === undefined ? undefined : await openPolicies({ source: policies });
  const judge = new RuleJudge({ ...settings, ...(policy === undefined ? {} : { policy }) });
  port.on('message', async ({ id, items }: JudgeRequest) => port.postMessage(await answer(judge, id, items)));
}

async function answer(judge: RuleJudge, id: number, items: string): Promise<JudgeReply> {
  try {
    return { id, findings: await judge.judge(readJson(items) as unknown as JudgedItem[]) };
  } catch (error) {
    if (!(error instanceof GovernanceUnavailableError) || error.details.part === 'audit-log') throw error;
    return { failure: error.details.reason, part: error.details.part };
  }
}

if (parentPort !== null) await serve(parentPort, workerData as JudgeSettings);
