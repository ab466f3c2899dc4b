import { ConfigurationError } from '@nexus/shared';
import { type Document, isNode, isScalar, LineCounter, parseAllDocuments, visit, type YAMLParseError } from 'yaml';
import type { Path, Place, PolicyDocument } from './PolicyDocument.ts';

/** Documents of one file. */
const DOCUMENTS_MAX = 1_000;

/**
 * Reads the documents of a YAML file.
 *
 * @throws ConfigurationError - it is no YAML, or uses aliases, which can make a small file endless
 */
export function parsePolicyFile(file: string, text: string): PolicyDocument[] {
  const lines = new LineCounter();
  const documents = parsed(file, text, lines).filter((document) => !isEmpty(document));
  // A file that is being written is empty for a moment, and must not look like one that asks for nothing.
  if (documents.length === 0) throw fault(file, undefined, 'is empty; fill it or delete it');
  if (documents.length > DOCUMENTS_MAX) {
    throw fault(file, undefined, `has more than ${DOCUMENTS_MAX} documents; split it`);
  }
  return documents.map((document) => {
    refuseFaults(file, document, lines);
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return { file, value, place: (path, offset) => placeOf({ document, text, lines }, path, offset) };
  });
}

function parsed(file: string, text: string, lines: LineCounter): Document.Parsed[] {
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    // Its parser recurses, and a file of brackets alone exhausts the stack.
    throw fault(file, undefined, 'is nested too deeply to be read; simplify it', error);
  }
}

/** As behind a `---` at the end of a file. */
function isEmpty({ contents, errors }: Document.Parsed): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

function refuseFaults(file: string, document: Document.Parsed, lines: LineCounter): void {
  const first: YAMLParseError | undefined = [...document.errors, ...document.warnings][0] as YAMLParseError | undefined;
  if (first !== undefined) {
    throw fault(file, placeAt(lines, first.pos[0]), `is not valid YAML: ${first.message}; mend it there`, first);
  }
  visit(document, {
    Alias: (_, node) => {
      throw fault(file, placeAt(lines, node.range?.[0] ?? 0), 'has an alias; write the value out where it is used');
    },
  });
}

function fault(file: string, place: Place | undefined, message: string, cause?: unknown): ConfigurationError {
  const where = place === undefined ? file : `${file}:${place.line}:${place.column}:`;
  return new ConfigurationError('policies', `${where} ${message}`, { cause });
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

interface Source {
  readonly document: Document.Parsed;
  readonly text: string;
  readonly lines: LineCounter;
}

function placeOf({ document, text, lines }: Source, path: Path, offset = 0): Place | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node) || node.range == null) continue;
    const [start, end] = node.range;
    const isWhole = length === path.length && isScalar(node) && typeof node.value === 'string';
    return placeAt(
      lines,
      isWhole ? offsetInSource(text.slice(start, end), node.value as string, offset) + start : start,
    );
  }
  return undefined;
}

/** Where an offset within a scalar's value lies in its source, whatever its style of quoting and indenting. */
function offsetInSource(source: string, value: string, offset: number): number {
  const lineStart = value.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = value.indexOf('\n', offset);
  const line = value.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
  const found = source.indexOf(line);
  return found === -1 ? 0 : found + offset - lineStart;
}
