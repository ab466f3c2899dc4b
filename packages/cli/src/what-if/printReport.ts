import type { Shell } from '../Shell.ts';
import type { EventPlace } from './readHistory.ts';
import type { RuleReport, WhatIfReport } from './WhatIfReport.ts';

const RULES_SHOWN = 50;
const TYPES_SHOWN = 50;
const BAR_WIDTH = 20;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** What the tables say for people: a total, then rules, examples, types and months. */
export async function printReport(shell: Shell, report: WhatIfReport, words: { refused: string }): Promise<void> {
  const { events, refused, rules } = report;
  await shell.out.line(
    `${count(events)} events looked at, ${count(refused)} ${words.refused}${shareOf(refused, events)}`,
  );
  if (rules.length === 0) return;
  await printRules(shell, report);
  await printExamples(shell, rules.slice(0, RULES_SHOWN));
  await printTypes(shell, report);
  await printMonths(shell, report);
}

async function printRules(shell: Shell, { rules, otherRules }: WhatIfReport): Promise<void> {
  await shell.out.line('');
  const table = shell.table('RULE', 'EVENTS', 'FIRST', 'LAST');
  for (const { rule, events, first, last } of rules.slice(0, RULES_SHOWN)) {
    await table.row([rule, count(events), whereAndWhen(first), whereAndWhen(last)]);
  }
  await table.end();
  const left = rules.slice(RULES_SHOWN).reduce((sum, { events }) => sum + events, otherRules);
  if (left > 0) await shell.out.line(`… and ${count(left)} times other rules; --json says which`);
}

async function printExamples(shell: Shell, rules: readonly RuleReport[]): Promise<void> {
  if (rules.every(({ examples }) => examples.length === 0)) return;
  await shell.out.line('');
  const table = shell.table('EXAMPLE OF', 'AGGREGATE', 'VERSION', 'TYPE', 'TIME');
  for (const { rule, examples } of rules) {
    for (const { aggregateId, aggregateVersion, eventType, timestamp } of examples) {
      await table.row([rule, aggregateId, aggregateVersion, eventType, timestamp]);
    }
  }
  await table.end();
}

async function printTypes(shell: Shell, { types, otherTypes }: WhatIfReport): Promise<void> {
  const shown = types.filter(({ refused }) => refused > 0).slice(0, TYPES_SHOWN);
  if (shown.length === 0) return;
  await shell.out.line('');
  const table = shell.table('TYPE', 'REFUSED', 'OF', '');
  for (const { eventType, refused, events } of shown) {
    await table.row([eventType, count(refused), count(events), barOf(shell, refused / events)]);
  }
  if (otherTypes.refused > 0) await table.row(['(others)', count(otherTypes.refused), count(otherTypes.events), '']);
  await table.end();
}

/** Every month between the first and the last that has a refusal, so that a gap can be seen. */
async function printMonths(shell: Shell, { months, otherMonths }: WhatIfReport): Promise<void> {
  const from = months.findIndex(({ refused }) => refused > 0);
  if (from === -1) return;
  const to = months.findLastIndex(({ refused }) => refused > 0);
  const most = Math.max(...months.map(({ refused }) => refused));
  await shell.out.line('');
  const table = shell.table('MONTH', 'REFUSED', 'OF', '');
  for (const { month, refused, events } of months.slice(from, to + 1)) {
    await table.row([month, count(refused), count(events), barOf(shell, refused / most)]);
  }
  if (otherMonths.refused > 0) await table.row(['(others)', count(otherMonths.refused), count(otherMonths.events), '']);
  await table.end();
}

/** A bar for a terminal; nothing where the output goes elsewhere. */
function barOf(shell: Shell, share: number): string {
  if (shell.context.stdout.isTTY !== true) return '';
  const eighths = Math.max(share > 0 ? 1 : 0, Math.round(share * BAR_WIDTH * EIGHTHS.length));
  return '█'.repeat(Math.floor(eighths / EIGHTHS.length)) + EIGHTHS[eighths % EIGHTHS.length];
}

function whereAndWhen({ aggregateId, aggregateVersion, timestamp }: EventPlace): string {
  return `${timestamp} ${aggregateId} version ${aggregateVersion}`;
}

function shareOf(refused: number, events: number): string {
  if (refused === 0) return '';
  const percent = (100 * refused) / events;
  return ` (${percent < 0.01 ? 'less than 0.01' : percent.toFixed(2)} %)`;
}

/** A number for people. */
function count(value: number): string {
  return value.toLocaleString('en');
}
