import type { PolicyExplanation, PolicyOutcome } from '@nexus/adapters/embedded';
import { type DomainEvent, isoTime, type JsonValue, type PolicyRequest } from '@nexus/shared';
import { type Command, Option } from 'commander';
import { names } from '../../arguments.ts';
import { InputError } from '../../errors.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { readJson } from '../../import/readWhole.ts';
import type { Table } from '../../io/Table.ts';
import type { Shell } from '../../Shell.ts';
import type { Run } from '../Run.ts';
import { policyFolder } from './policyFolder.ts';
import { type PrincipalOptions, principalOf } from './principalOf.ts';

interface ExplainOptions extends PrincipalOptions {
  readonly event: string;
  readonly action: PolicyRequest['action'];
}

const HELP = `
Says of every policy whether it applies to the event, and what its expressions give for the principal. What the event
does not say is filled in; it must have an eventType, or for --action read an aggregateId. Nothing is stored, and no
store is opened. Exit code 3 when the policies deny it; 0 when they allow it.

Examples:
  nexus policy explain --event event.json --user ada --roles clerk,manager
  echo '{"eventType":"OrderPlaced","payload":{"total":5000}}' | nexus policy explain --event - ./policies`;

export function addPolicyExplain(policy: Command, run: Run): void {
  policy
    .command('explain')
    .summary('say which policies decide on an event, and why')
    .description('Decide on an event, and say of each policy what it decides and why.')
    .argument('[dir]', 'the folder of the policies (default: the configured one)')
    .requiredOption('--event <file>', 'an event, or an array of events, as JSON; - for standard input')
    .option('--principal <json>', 'who acts, as {"id":…,"roles":[…],"client":…}')
    .option('--user <id>', 'the id of who acts (default: local)')
    .option('--roles <names>', 'the roles of who acts, separated by commas', names)
    .option('--client <name>', 'the client program (default: nexus-cli)')
    .addOption(new Option('--action <action>', 'what is done').choices(['append', 'import', 'read']).default('append'))
    .addHelpText('after', HELP)
    .action(run(explain));
}

async function explain(shell: Shell, options: ExplainOptions, dir?: string): Promise<ExitCode> {
  const { CelPolicyEngine } = await import('@nexus/adapters/embedded');
  const engine = new CelPolicyEngine({ folder: policyFolder(shell, dir) });
  const principal = principalOf(options);
  const now = isoTime(shell.context.now());
  const content = await readJson(shell, options.event);
  const events = (Array.isArray(content) ? content : [content]).map((value) => eventOf(value, options, now));
  const { action } = options;
  const [first] = events;
  const explanation = engine.explain(
    action === 'read'
      ? { action, principal, now, events: [], aggregateId: first?.aggregateId ?? '' }
      : { action, principal, now, events },
  );
  if (shell.json) await shell.out.line(JSON.stringify({ ...explanation, action, principal, now }));
  else await print(shell, explanation);
  return explanation.decision === 'allow' ? EXIT_CODES.ok : EXIT_CODES.refused;
}

function eventOf(value: JsonValue, { event: file, action }: ExplainOptions, now: string): DomainEvent {
  const source = file === '-' ? 'standard input' : file;
  const given = (typeof value === 'object' && value !== null ? value : {}) as { readonly [key: string]: JsonValue };
  const refuse = (rule: string): never => {
    throw new InputError(`${source} is no event: ${rule}`, { source });
  };
  const required = action === 'read' ? 'aggregateId' : 'eventType';
  if (typeof given[required] !== 'string') refuse(`it must have a text ${required}`);
  if (!Number.isSafeInteger(given.aggregateVersion ?? 1)) refuse('its aggregateVersion must be an integer');
  const unsaid = { eventId: 'event-1', eventType: '', aggregateId: 'aggregate-1', aggregateVersion: 1, timestamp: now };
  return { ...unsaid, payload: {}, metadata: {}, ...given } as DomainEvent;
}

async function print(shell: Shell, { decision, revision, events }: PolicyExplanation): Promise<void> {
  const table = shell.table('EVENT', 'POLICY', 'DECISION', 'EXPRESSION', 'GAVE', 'MESSAGE');
  for (const { eventIndex, eventType, aggregateId, policies } of events) {
    const event = eventIndex === undefined ? aggregateId : `${eventIndex + 1} ${eventType ?? ''}`;
    for (const policy of policies) await printPolicy(table, event, policy);
  }
  await table.end();
  await shell.out.line(`${decision === 'allow' ? 'allowed' : 'DENIED'} by revision ${revision}`);
}

async function printPolicy(table: Table, event: string, outcome: PolicyOutcome): Promise<void> {
  const { policy, decision, because, conditions, variables, validations } = outcome;
  const shown = decision === 'none' ? 'does not apply' : decision;
  if (because !== undefined) await table.row([event, policy, shown, '', '', because]);
  for (const { expression, value, failure } of because === undefined ? conditions : []) {
    await table.row([event, policy, shown, expression, gaveOf(value), failure ?? '']);
  }
  for (const { name, value } of variables) await table.row([event, policy, shown, `variables.${name}`, value, '']);
  for (const { expression, value, message } of validations) {
    await table.row([event, policy, shown, expression, gaveOf(value), message ?? '']);
  }
}

function gaveOf(value: boolean | undefined): string {
  return value === undefined ? 'error' : String(value);
}
