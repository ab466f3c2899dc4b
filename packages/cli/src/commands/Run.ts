import type { ExitCode } from '../exit-codes.ts';
import type { Shell } from '../Shell.ts';

/** What a command does, with its options and its arguments in their order. */
type Action<Options extends object, Arguments extends readonly unknown[]> = (
  shell: Shell,
  options: Options,
  ...args: Arguments
) => Promise<ExitCode>;

/** Makes of an action what commander calls: with the arguments, the options and the command. */
export type Run = <Options extends object, Arguments extends readonly unknown[]>(
  action: Action<Options, Arguments>,
) => (...given: unknown[]) => Promise<void>;
