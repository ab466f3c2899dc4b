import { RE2JS } from 're2js';

/** What a JSONata expression uses of `RegExp`, on an engine that takes linear time. */
export class LinearRegExp {
  /** Where the next search begins. */
  lastIndex = 0;
  readonly #engine: RE2JS;

  /** @throws an error of the engine - the pattern cannot be matched in linear time */
  constructor(pattern: RegExp) {
    this.#engine = RE2JS.compile(RE2JS.translateRegExp(pattern));
  }

  /** The first match from `lastIndex` on, with its groups, as a global `RegExp` gives it. */
  exec(text: string): (readonly (string | undefined)[] & { readonly index: number }) | null {
    const matcher = this.#engine.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? undefined);
    return Object.assign(groups, { index: matcher.start() });
  }
}
