export type { CommandContext, TextOutput } from './CommandContext.ts';
export { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitCode, exitCodeOf } from './exit-codes.ts';
export { runNexus } from './runNexus.ts';
