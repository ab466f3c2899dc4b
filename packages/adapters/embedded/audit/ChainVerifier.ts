import type { AuditSeal } from '@nexus/shared';
import type { AuditFindings } from './AuditFinding.ts';
import { type AuditLine, beginningOf, isIntact, parseLine, TORN_ACTION } from './AuditLine.ts';
import type { FileLine } from './readLines.ts';

interface TornLine {
  readonly file: string;
  readonly line: number;
  readonly offset: number;
}

/** Where a chain is, as its lines say; `hash` is unknown behind a line that could not be read. */
interface Place {
  readonly sequence: number;
  readonly hash: string | undefined;
}

/** Checks one chain, line by line. Behind a finding it goes on from what it found, so that one change is one finding. */
export class ChainVerifier {
  readonly #chain: string;
  readonly #seal: AuditSeal | undefined;
  readonly #findings: AuditFindings;
  #place: Place | undefined;
  #torn: TornLine[] = [];
  #sealedHash: string | undefined;
  #hasGap = false;
  #last = { file: '', line: 0 };

  /** @param seal - of this chain, if the store has one */
  constructor(chain: string, seal: AuditSeal | undefined, findings: AuditFindings) {
    this.#chain = chain;
    this.#seal = seal;
    this.#findings = findings;
    this.#place = beginningOf(chain);
  }

  /** Files are not there: what their lines were is not known. */
  missFiles(first: string, last: string): void {
    const which = first === last ? `${first} is` : `${first} to ${last} are`;
    this.#findings.error('file-missing', first, 0, `${which} not there, though chain ${this.#chain} had them`);
    this.#place = undefined;
    this.#hasGap = true;
  }

  take(file: string, { text, number, offset, isTerminated }: FileLine): void {
    this.#last = { file, line: number };
    if (!isTerminated) {
      this.#torn.push({ file, line: number, offset });
      return;
    }
    const line = text === undefined ? undefined : parseLine(text);
    if (line === undefined) this.#takeUnreadable(file, number);
    else this.#takeLine(file, number, line);
  }

  /** All lines were given. */
  end(): void {
    for (const { file, line } of this.#torn) {
      this.#findings.note('torn-tail', file, line, 'The last line is incomplete, as a process that died leaves it');
    }
    if (this.#seal !== undefined) this.#compare(this.#seal);
  }

  #takeUnreadable(file: string, line: number): void {
    this.#findings.error('not-a-record', file, line, 'The line is no record of an audit log, or is damaged');
    if (this.#place !== undefined) this.#place = { sequence: this.#place.sequence + 1, hash: undefined };
  }

  #takeLine(file: string, number: number, line: AuditLine): void {
    const fault = this.#faultOf(line);
    if (fault !== undefined) this.#findings.error(fault.rule, file, number, fault.message);
    this.#settleTorn(line);
    this.#place = { sequence: line.sequence, hash: line.hash };
    if (line.sequence === this.#seal?.sequence) this.#sealedHash = isIntact(line) ? line.hash : '';
  }

  #faultOf(line: AuditLine): { rule: 'changed' | 'inserted-or-removed'; message: string } | undefined {
    if (!isIntact(line))
      return { rule: 'changed', message: 'The line was changed: its hash is not the one of its content' };
    if (line.chain !== this.#chain) {
      return { rule: 'inserted-or-removed', message: `The line belongs to chain ${line.chain}` };
    }
    if (this.#place === undefined) return undefined;
    const { sequence, hash } = this.#place;
    if (line.sequence !== sequence + 1) {
      const message = `The line has number ${line.sequence} of its chain, and ${sequence + 1} was expected`;
      return { rule: 'inserted-or-removed', message };
    }
    if (hash === undefined || line.previous === hash) return undefined;
    return { rule: 'changed', message: 'The line before was changed, and its hash with it: this line names another' };
  }

  /** The first line behind a torn one says so; else somebody has cut lines, and gone on. */
  #settleTorn({ action, details }: AuditLine): void {
    const isNotice = action === TORN_ACTION;
    const said = this.#torn.findIndex((torn) => torn.file === details.file && torn.offset === details.offset);
    if (isNotice && said !== -1) {
      for (const { file, line } of this.#torn.splice(said, 1)) {
        const message = 'The last line is incomplete: a process died while it wrote, and the chain goes on and says so';
        this.#findings.note('torn-tail', file, line, message);
      }
      return;
    }
    for (const { file, line } of this.#torn.splice(0)) {
      this.#findings.error('torn-tail', file, line, 'The line is incomplete, and the chain goes on without saying so');
    }
  }

  #compare({ sequence, hash, file, at }: AuditSeal): void {
    // Lines that are missing with their file are one finding.
    if (this.#sealedHash === hash || (this.#sealedHash === undefined && this.#hasGap)) return;
    const { file: last, line } = this.#last;
    if (this.#sealedHash !== undefined) {
      const message = `Line ${sequence} of the chain is not the one that was sealed at ${at}: the chain was written anew`;
      this.#findings.error('changed', file, 0, message);
    } else if (this.#place !== undefined && this.#place.sequence < sequence) {
      const message = `The chain ends at line ${this.#place.sequence}, and was sealed at ${at} with line ${sequence} in ${file}`;
      this.#findings.error('cut-tail', last, line, message);
    } else {
      const message = `Line ${sequence} of the chain, which was sealed at ${at} in ${file}, is not there`;
      this.#findings.error('inserted-or-removed', file, 0, message);
    }
  }
}
