import type { Finding, Findings } from './Finding.ts';

interface Proof {
  readonly findings: Findings;
  /** The outermost open claim that it takes for granted; `Infinity` once it stands by itself. */
  restsOn: number;
}

interface OpenClaim {
  readonly level: number;
  readonly provisionalFrom: number;
  restsOn: number;
}

/** Nested deeper, a claim is not decided: each takes levels of the stack. */
const OPEN_MAX = 250;

/**
 * Remembers what was shown of pairs of schemas. Schemas may refer to themselves, so a claim may come up while it is
 * being shown: it is taken for granted if the data has become smaller in between (induction over its depth), and else
 * it is not decided. What rests on a claim that fails in the end is forgotten.
 */
export class ProofMemo {
  readonly #proofs = new Map<string, Proof>();
  readonly #claims = new Map<string, number>();
  readonly #open: OpenClaim[] = [];
  /** The keys of the proofs that rest on an open claim, in the order in which they were found. */
  readonly #provisional: string[] = [];

  /** @param level - how deep in the data the claim is made */
  prove(key: string, level: number, giveUp: (kind: string) => Finding, show: () => Findings): Findings {
    const known = this.#proofs.get(key);
    if (known !== undefined) return this.#restOn(known.restsOn, known.findings);
    const index = this.#claims.get(key);
    if (index !== undefined) {
      const isSmaller = (this.#open[index] as OpenClaim).level < level;
      return isSmaller ? this.#restOn(index, []) : [giveUp('RECURSION_NOT_DECIDED')];
    }
    return this.#open.length >= OPEN_MAX ? [giveUp('TOO_COMPLEX_TO_DECIDE')] : this.#showAnew(key, level, show);
  }

  #showAnew(key: string, level: number, show: () => Findings): Findings {
    const index = this.#open.length;
    const claim = { level, provisionalFrom: this.#provisional.length, restsOn: Number.POSITIVE_INFINITY };
    this.#claims.set(key, index);
    this.#open.push(claim);
    const findings = show();
    this.#open.pop();
    this.#claims.delete(key);
    if (findings.length > 0) this.#refute(key, claim, findings);
    else this.#accept(key, claim, claim.restsOn < index ? claim.restsOn : Number.POSITIVE_INFINITY);
    return findings;
  }

  /** That a claim fails is shown even if others were taken for granted: they could only have helped it. */
  #refute(key: string, { provisionalFrom }: OpenClaim, findings: Findings): void {
    for (const other of this.#provisional.splice(provisionalFrom)) this.#proofs.delete(other);
    this.#proofs.set(key, { findings, restsOn: Number.POSITIVE_INFINITY });
  }

  #accept(key: string, { provisionalFrom }: OpenClaim, restsOn: number): void {
    const proof = { findings: [], restsOn };
    this.#proofs.set(key, proof);
    if (restsOn !== Number.POSITIVE_INFINITY) this.#provisional.push(key);
    const within = this.#provisional.slice(provisionalFrom).map((other) => this.#proofs.get(other) as Proof);
    for (const other of within)
      other.restsOn = restsOn === Number.POSITIVE_INFINITY ? restsOn : Math.min(other.restsOn, restsOn);
    if (restsOn === Number.POSITIVE_INFINITY) this.#provisional.length = provisionalFrom;
    else this.#restOn(restsOn, []);
  }

  #restOn(index: number, findings: Findings): Findings {
    const claim = this.#open.at(-1);
    if (claim !== undefined) claim.restsOn = Math.min(claim.restsOn, index);
    return findings;
  }
}
