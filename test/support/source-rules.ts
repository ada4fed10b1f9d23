// Sources as data, for the rules of `architecture.test.ts`: what each file imports, which doors to
// the world it touches, how large its functions are. The compiler's own parser reads them.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Expression, type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import {
  isArrowFunction,
  isCallExpression,
  isConstructorDeclaration,
  isExportAssignment,
  isExportDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isMethodDeclaration,
  isNewExpression,
  isPropertyAccessExpression,
  isSetAccessorDeclaration,
  isStringLiteral,
  isVariableDeclaration,
  isVariableStatement,
} from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The text of a file of the project. */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface Import {
  /** As it is written: `node:net`, `zod`; for our own files the path below `src`. */
  readonly from: string;
  readonly names: readonly string[];
  readonly isOurs: boolean;
  readonly line: number;
}

/** A use of something that belongs to the runtime: `Date.now`, `new Date()`, `setTimeout`. */
export interface Use {
  readonly what: string;
  readonly line: number;
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
  readonly isAsync: boolean;
}

export interface Source {
  /** Below `src`, or below the project for other folders: `dns/name.ts`. */
  readonly path: string;
  readonly lines: readonly string[];
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
  readonly functions: readonly FunctionSize[];
  readonly hasDefaultExport: boolean;
  /** Variables of the module that can be given another value. */
  readonly moduleVariables: readonly string[];
  /** Exports only what others export. */
  readonly isBarrel: boolean;
}

/** Names of the runtime that rules speak of, when they are used alone. */
const GLOBALS = new Set([
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'process',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

/** Objects of the runtime of which rules name single members. */
const HOLDERS = new Set([
  'AbortSignal',
  'crypto',
  'Date',
  'globalThis',
  'Math',
  'performance',
  'process',
]);

const lineOf = (file: SourceFile, node: Node): number =>
  file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;

function ourPath(from: string, folder: string): { from: string; isOurs: boolean } {
  if (!from.startsWith('.')) return { from, isOurs: false };
  const path = relative(join(ROOT, 'src'), join(folder, from)).replaceAll('\\', '/');
  return { from: path, isOurs: true };
}

/** What an import, an export, an `import()` or an `import('…')` type names. */
function specifierOf(node: Node): string | undefined {
  const literal = (given: Node | undefined): string | undefined =>
    given !== undefined && isStringLiteral(given) ? given.text : undefined;
  if (isImportDeclaration(node) || isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (isImportTypeNode(node) && isLiteralTypeNode(node.argument)) {
    return literal(node.argument.literal);
  }
  const isDynamic = isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword;
  return isDynamic ? literal(node.arguments[0]) : undefined;
}

/** The names between the braces of an import, as the other file has them. */
function namesOf(node: Node, file: SourceFile): string[] {
  if (!isImportDeclaration(node)) return [];
  const braces = /\{([^}]*)\}/.exec(node.getText(file))?.[1] ?? '';
  return braces
    .split(',')
    .map(
      (part) =>
        part
          .trim()
          .replace(/^type /, '')
          .split(' as ')[0]
          ?.trim() ?? '',
    )
    .filter((name) => name !== '');
}

/** `setTimeout` alone: not the name of a member, a key, a parameter or an import. */
function isReference(node: Node, parent: Node): boolean {
  if (isPropertyAccessExpression(parent)) return parent.expression === node;
  const named = (parent as { readonly name?: Node }).name;
  return named !== node && parent.kind !== SyntaxKind.ImportSpecifier;
}

function useOf(node: Node, parent: Node): string | undefined {
  if (isPropertyAccessExpression(node) && isIdentifier(node.expression)) {
    const holder = node.expression.text;
    return HOLDERS.has(holder) ? `${holder}.${node.name.text}` : undefined;
  }
  const called = (expression: Expression, name: string): boolean =>
    isIdentifier(expression) && expression.text === name;
  if (isCallExpression(node) && called(node.expression, 'fetch')) return 'fetch';
  if (isNewExpression(node) && called(node.expression, 'EventSource')) return 'EventSource';
  if (isNewExpression(node) && called(node.expression, 'Date')) {
    return (node.arguments?.length ?? 0) === 0 ? 'new Date()' : undefined;
  }
  if (!isIdentifier(node) || !GLOBALS.has(node.text) || !isReference(node, parent))
    return undefined;
  // `process.env` and its like are told by the member alone.
  return isPropertyAccessExpression(parent) && HOLDERS.has(node.text) ? undefined : node.text;
}

const isFunction = (node: Node) =>
  isFunctionDeclaration(node) ||
  isFunctionExpression(node) ||
  isArrowFunction(node) ||
  isMethodDeclaration(node) ||
  isConstructorDeclaration(node) ||
  isGetAccessorDeclaration(node) ||
  isSetAccessorDeclaration(node);

interface FunctionNode extends Node {
  readonly name?: Node;
  readonly parameters: readonly Node[];
  readonly modifiers?: readonly Node[];
}

function functionSize(node: FunctionNode, parent: Node, file: SourceFile): FunctionSize {
  const line = lineOf(file, node);
  const last = file.getLineAndCharacterOfPosition(node.end).line + 1;
  const named = node.name ?? (isVariableDeclaration(parent) ? parent.name : undefined);
  const isAsync = node.modifiers?.some(({ kind }) => kind === SyntaxKind.AsyncKeyword) === true;
  const name = named?.getText(file) ?? (isConstructorDeclaration(node) ? 'constructor' : '=>');
  return { name, line, lines: last - line + 1, parameters: node.parameters.length, isAsync };
}

const isDefault = (statement: Node): boolean => {
  const { modifiers } = statement as { readonly modifiers?: readonly Node[] };
  const has = modifiers?.some(({ kind }) => kind === SyntaxKind.DefaultKeyword) === true;
  return has || isExportAssignment(statement);
};

function moduleVariablesOf(file: SourceFile): string[] {
  const statements = [...file.statements].filter(isVariableStatement);
  const texts = statements.map((statement) => statement.declarationList.getText(file));
  return texts.filter((text) => /^(?:let|var)\b/.test(text));
}

function sourceOf(file: SourceFile, path: string, folder: string): Source {
  const imports: Import[] = [];
  const uses: Use[] = [];
  const functions: FunctionSize[] = [];
  const visit = (node: Node, parent: Node): void => {
    const line = (): number => lineOf(file, node);
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      imports.push({ ...ourPath(specifier, folder), names: namesOf(node, file), line: line() });
    }
    const what = useOf(node, parent);
    if (what !== undefined) uses.push({ what, line: line() });
    if (isFunction(node)) functions.push(functionSize(node, parent, file));
    node.forEachChild((child) => visit(child, node));
  };
  visit(file, file);
  const statements = [...file.statements];
  return {
    path,
    lines: file.text.split('\n'),
    imports,
    uses,
    functions,
    hasDefaultExport: statements.some(isDefault),
    moduleVariables: moduleVariablesOf(file),
    isBarrel: statements.length > 0 && statements.every(isExportDeclaration),
  };
}

/** Every TypeScript file of a folder of the project, parsed. */
export function readSources(folder: string): readonly Source[] {
  const base = folder === 'src' ? join(ROOT, 'src') : ROOT;
  const api = new API({ cwd: ROOT });
  try {
    const config = join(ROOT, 'tsconfig.json');
    const snapshot = api.updateSnapshot({ openProjects: [config] });
    const program = snapshot.getProject(config)?.program;
    if (program === undefined) throw new Error('the compiler has no such project');
    return filesOf(folder, ['.ts', '.tsx']).map((path) => {
      const file = program.getSourceFile(join(ROOT, path));
      if (file === undefined) throw new Error(`the compiler does not know ${path}`);
      const below = relative(base, join(ROOT, path)).replaceAll('\\', '/');
      return sourceOf(file, below, join(ROOT, path, '..'));
    });
  } finally {
    api.close();
  }
}

/** Files of a folder with one of these endings, as paths below the project. */
export function filesOf(folder: string, endings: readonly string[]): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`.replaceAll('\\', '/'))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .sort();
}

/** The names in a folder, folders with a slash. */
export function entriesOf(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
}

/** The `code` that opens each row of the Markdown tables of a document. */
export function firstColumnOf(document: string): readonly string[] {
  return Array.from(read(document).matchAll(/^\| *`([^`]+)`/gm), ([, cell]) => cell ?? '');
}

/** Rows of all Markdown tables of a document, cells trimmed, headings and rules left out. */
export function rowsOf(document: string): readonly (readonly string[])[] {
  return read(document)
    .split('\n')
    .filter((line) => /^\| *`/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** A ring of files in which each imports the next, if there is one. */
export function findRing(sources: readonly Source[]): readonly string[] | undefined {
  const next = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.filter(({ isOurs }) => isOurs).map(({ from }) => from),
    ]),
  );
  const done = new Set<string>();
  const follow = (path: string, way: readonly string[]): readonly string[] | undefined => {
    const at = way.indexOf(path);
    if (at >= 0) return [...way.slice(at), path];
    if (done.has(path)) return undefined;
    for (const other of next.get(path) ?? []) {
      const ring = follow(other, [...way, path]);
      if (ring !== undefined) return ring;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of sources) {
    const ring = follow(path, []);
    if (ring !== undefined) return ring;
  }
  return undefined;
}
