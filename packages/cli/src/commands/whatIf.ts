import { availableParallelism } from 'node:os';
import { COMPATIBILITY_LEVELS, type CompatibilityLevel } from '@nexus/shared';
import { type Command, Option } from 'commander';
import { integer } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import type { Shell } from '../Shell.ts';
import { type LoadedPolicies, type LoadedSchemas, loadPolicies, loadSchemas } from '../what-if/loadRules.ts';
import { printReport } from '../what-if/printReport.ts';
import type { JudgeSettings, VersionChoice } from '../what-if/protocol.ts';
import { RefusalsFile } from '../what-if/RefusalsFile.ts';
import { Tally } from '../what-if/Tally.ts';
import { tallyObserved, tallyProposed } from '../what-if/tallyHistory.ts';
import type { WhatIfReport } from '../what-if/WhatIfReport.ts';
import type { Run } from './Run.ts';

interface WhatIfOptions {
  readonly schemas?: string;
  readonly policies?: string;
  readonly observed?: boolean;
  readonly unknownTypes?: 'allow' | 'refuse';
  readonly compatibility?: CompatibilityLevel;
  readonly latest?: boolean;
  readonly recorded?: boolean;
  readonly threads: number;
  readonly examples: number;
  readonly rejects?: string;
}

const THREADS_MAX = 64;
/** More threads than this wait for the one that reads. */
const THREADS_DEFAULT_MAX = 4;
const EXAMPLES_MAX = 100;

const HELP = `
Every stored event is judged as if it was appended by itself: by the actor and at the time of its receipt, and by the
version of its schema that it names, or else the latest. Nothing is written to the store. Exit code 7 when anything
would have been refused, 0 when nothing.

--recorded judges an event that names no version by the one that was recorded when it was appended, where the proposed
schemas have it. --latest judges every payload by the latest version, whatever the event names.

--observed needs no rules: it reports what a store in observe mode has let in, by the rules that the receipts name, which
the store has kept, and counts every event of an append that would have been refused. Where the rules were not kept, as
policies in code are not, a rule is said of every event of the append.

Examples:
  nexus what-if --schemas ./proposed/schemas --policies ./proposed/policies
  nexus what-if --schemas ./schemas --rejects would-be-refused.jsonl --json
  nexus what-if --observed`;

export function addWhatIf(program: Command, run: Run): void {
  const threads = Math.min(THREADS_DEFAULT_MAX, availableParallelism());
  program
    .command('what-if')
    .summary('try proposed rules on everything that is stored')
    .description('Report what proposed schemas and policies would have refused of everything that is stored.')
    .option('--schemas <folder>', 'the proposed schemas')
    .option('--policies <folder>', 'the proposed policies')
    .option('--observed', 'report what a store in observe mode has let in, in place of proposed rules')
    .addOption(
      new Option(
        '--unknown-types <what>',
        'what to say of types that the schemas do not know (default: as nexus.config.json says, else refuse)',
      ).choices(['allow', 'refuse']),
    )
    .addOption(
      new Option(
        '--compatibility <level>',
        'the level that versions must keep to be active (default: as nexus.config.json says)',
      ).choices(COMPATIBILITY_LEVELS),
    )
    .option('--latest', 'judge every payload by the latest version of its schema')
    .option('--recorded', 'judge by the recorded version what names none')
    .option(
      '--threads <n>',
      'threads that judge, beside the one that reads',
      integer('--threads', 1, THREADS_MAX),
      threads,
    )
    .option('--examples <n>', 'examples of each rule', integer('--examples', 0, EXAMPLES_MAX), 3)
    .option('--rejects <file>', 'write every event that would be refused to FILE, as JSON lines')
    .addHelpText('after', HELP)
    .action(run(whatIf));
}

async function whatIf(shell: Shell, options: WhatIfOptions): Promise<ExitCode> {
  refuseContradictions(options);
  const rules = await proposedRules(shell, options);
  const rejects = options.rejects === undefined ? undefined : new RefusalsFile(options.rejects);
  try {
    const work = { tally: new Tally(options.examples), rejects };
    if (options.observed === true) await tallyObserved(shell, work);
    else await tallyProposed(shell, work, settingsOf(shell, options, rules), options.threads);
    return await say(shell, work.tally.report(), options, rules);
  } finally {
    rejects?.close();
  }
}

function refuseContradictions({ schemas, policies, observed, latest, recorded }: WhatIfOptions): void {
  const hasRules = schemas !== undefined || policies !== undefined;
  if (!hasRules && observed !== true)
    throw new UsageError('what-if needs --schemas FOLDER, --policies FOLDER or --observed');
  if (hasRules && observed === true)
    throw new UsageError('--observed takes no rules; leave it out, or --schemas and --policies');
  if (latest === true && recorded === true) throw new UsageError('--latest and --recorded contradict each other');
}

/** What is proposed, read before the history is. */
interface ProposedRules {
  readonly schemas?: LoadedSchemas;
  readonly policies?: LoadedPolicies;
}

async function proposedRules({ config }: Shell, options: WhatIfOptions): Promise<ProposedRules> {
  const { schemas, policies, compatibility } = options;
  const levels = compatibility === undefined ? config.schemas?.compatibility : { default: compatibility };
  return {
    ...(schemas === undefined ? {} : { schemas: await loadSchemas(schemas, levels) }),
    ...(policies === undefined ? {} : { policies: await loadPolicies(policies) }),
  };
}

function settingsOf(shell: Shell, options: WhatIfOptions, { schemas, policies }: ProposedRules): JudgeSettings {
  return {
    unknownTypes: options.unknownTypes ?? shell.config.schemas?.unknownTypes ?? 'refuse',
    versions: versionChoice(options),
    ...(schemas === undefined ? {} : { schemas: schemas.types }),
    ...(policies === undefined ? {} : { policies: policies.source }),
  };
}

function versionChoice({ latest, recorded }: WhatIfOptions): VersionChoice {
  if (latest === true) return 'latest';
  return recorded === true ? 'recorded' : 'named';
}

async function say(
  shell: Shell,
  report: WhatIfReport,
  { rejects, observed }: WhatIfOptions,
  { schemas, policies }: ProposedRules,
): Promise<ExitCode> {
  const inactive = schemas?.inactive ?? [];
  if (shell.json) {
    const revision = policies === undefined ? {} : { policies: { revision: policies.revision, names: policies.names } };
    const file = rejects === undefined ? {} : { rejects };
    await shell.out.line(JSON.stringify({ ...report, ...revision, inactive, ...file }));
  } else {
    const refused = observed === true ? 'were let in that enforcement would have refused' : 'would be refused';
    await printReport(shell, report, { refused });
    if (rejects !== undefined) await shell.out.line(`\nThe events that would be refused: ${rejects}`);
    await remarkInactive(shell, inactive);
  }
  return report.refused > 0 ? EXIT_CODES.findings : EXIT_CODES.ok;
}

async function remarkInactive(shell: Shell, inactive: LoadedSchemas['inactive']): Promise<void> {
  for (const { eventType, version, reason } of inactive) {
    const what = `version ${version} of ${eventType} is not active, and is the latest of nothing: ${reason}`;
    await shell.remark(`nexus: ${what}; --compatibility NONE judges by it`);
  }
}
