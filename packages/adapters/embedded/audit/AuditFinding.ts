/** Something that {@link verifyAudit} found. `error` contradicts the log; `note` is lawful and worth knowing. */
export interface AuditFinding {
  readonly severity: 'error' | 'note';
  /** Name of the file, within the folder. */
  readonly file: string;
  /** From 1; 0 where the finding is of the file as a whole. */
  readonly line: number;
  /**
   * - `changed`: a line is not as it was written, or the chain was written anew
   * - `inserted-or-removed`: lines are too many, missing or in another order
   * - `torn-tail`: a file ends in an incomplete line, as a process that dies while it writes leaves it
   * - `cut-tail`: the store has sealed lines that are no longer there
   * - `file-missing`: a file of the chain, or all of them, are no longer there
   * - `not-a-record`: a line is none of an audit log, or a file cannot be read
   */
  readonly rule: 'changed' | 'inserted-or-removed' | 'torn-tail' | 'cut-tail' | 'file-missing' | 'not-a-record';
  readonly message: string;
}

export interface AuditReport {
  /** No finding is an error. */
  readonly clean: boolean;
  readonly chains: number;
  readonly lines: number;
  /** Seals of the store that the files were held against. */
  readonly seals: number;
  /** The first 1,000 findings. */
  readonly findings: readonly AuditFinding[];
  readonly findingsTotal: number;
}

const FINDINGS_MAX = 1_000;

/** Collects findings, in bounded memory. */
export class AuditFindings {
  readonly #first: AuditFinding[] = [];
  #total = 0;
  #errors = 0;

  get first(): readonly AuditFinding[] {
    return this.#first;
  }

  get total(): number {
    return this.#total;
  }

  get isClean(): boolean {
    return this.#errors === 0;
  }

  error(rule: AuditFinding['rule'], file: string, line: number, message: string): void {
    this.#errors += 1;
    this.#add({ severity: 'error', file, line, rule, message });
  }

  note(rule: AuditFinding['rule'], file: string, line: number, message: string): void {
    this.#add({ severity: 'note', file, line, rule, message });
  }

  #add(finding: AuditFinding): void {
    this.#total += 1;
    if (this.#first.length < FINDINGS_MAX) this.#first.push(finding);
  }
}
