import { type Command, CommanderError } from 'commander';
import type { CommandContext } from './CommandContext.ts';
import type { Run } from './commands/Run.ts';
import { InterruptedError, OutputClosedError, UsageError } from './errors.ts';
import { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { Output } from './io/Output.ts';
import { describeError } from './io/reportError.ts';
import { createProgram } from './program.ts';
import { type GlobalOptions, Shell } from './Shell.ts';

/**
 * Runs one command. Never rejects: an error is a line on standard error, and the exit code says its kind.
 *
 * @param args - the words behind `nexus`
 */
export async function runNexus(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const outputs = {
    out: new Output(context.stdout, 'standard output'),
    err: new Output(context.stderr, 'standard error'),
  };
  try {
    return await parseAndRun(args, context, outputs);
  } catch (error) {
    return report(error, args, outputs.err);
  }
}

async function parseAndRun(
  args: readonly string[],
  context: CommandContext,
  outputs: { out: Output; err: Output },
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.ok;
  const run: Run =
    (action) =>
    async (...given) => {
      const options = (given.at(-1) as Command).optsWithGlobals<GlobalOptions>();
      // Commander has parsed them as the command declares; its types do not say how.
      const call = [new Shell(context, outputs, options), options, ...given.slice(0, -2)] as Parameters<typeof action>;
      exitCode = await action(...call);
    };
  const texts: { to: Output; text: string }[] = [];
  const program = createProgram(run, {
    out: (text) => texts.push({ to: outputs.out, text }),
    err: (text) => texts.push({ to: outputs.err, text }),
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    for (const { to, text } of texts) await to.write(text);
    if (error instanceof CommanderError) return commanderExit(error);
    throw error;
  }
  return exitCode;
}

/** Help and version end the parsing by an error, too. */
function commanderExit(error: CommanderError): ExitCode {
  if (error.exitCode === 0) return EXIT_CODES.ok;
  if (error.code === 'commander.help') return EXIT_CODES.usage;
  const message = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  throw new UsageError(`${message}; nexus --help and nexus COMMAND --help say what there is`);
}

async function report(error: unknown, args: readonly string[], err: Output): Promise<ExitCode> {
  if (error instanceof OutputClosedError) return EXIT_CODES.ok;
  // Standard error may have gone as well, and then nobody is left to be told.
  await err.line(describeError(error, args.includes('--json'))).catch(() => {});
  if (!(error instanceof InterruptedError)) return exitCodeOf(error);
  return error.details.signal === 'SIGINT' ? EXIT_CODES.interrupted : EXIT_CODES.terminated;
}
