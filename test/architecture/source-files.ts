/** @file The source files, and what each imports, as TypeScript's own parser sees them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

export interface Import {
  /** `graph/tensor.ts` for a file of ours, `node:fs` or `zod` for anything else. */
  readonly target: string;
  /** Erased before it runs. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Relative to src/, with `/`. */
  readonly path: string;
  readonly lines: number;
  /** Its first 200 characters. */
  readonly beginning: string;
  readonly imports: readonly Import[];
  /** Names used as values: variables, functions and globals alike. */
  readonly names: ReadonlySet<string>;
}

/** Every TypeScript file in src/, by path. */
export function readSources(): ReadonlyMap<string, SourceFile> {
  const paths = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path))
    .sort();
  return new Map(paths.map((path) => [path, parseSource(path, readFileSync(join(SRC, path), 'utf8'))]));
}

/** @param path relative to src/ */
export function parseSource(path: string, text: string): SourceFile {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const names = new Set<string>();
  const visit = (node: ts.Node) => {
    const found = importOf(node);
    if (found !== undefined) imports.push({ ...found, target: resolveTarget(path, found.target) });
    if (ts.isIdentifier(node) && isValue(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, lines: text.split('\n').length - 1, beginning: text.slice(0, 200), imports, names };
}

/** Static imports, re-exports and dynamic imports. */
function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node))
    return { target: literal(node.moduleSpecifier), typeOnly: node.importClause?.phaseModifier === TYPE };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
    return { target: literal(node.moduleSpecifier), typeOnly: node.isTypeOnly };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { target: literal(node.argument.literal), typeOnly: true };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return { target: literal(node.arguments[0]), typeOnly: false };
  return undefined;
}

const TYPE = ts.SyntaxKind.TypeKeyword;

/** The name itself, or that in `${import.meta.resolve('name')}?2`, which is another instance of the same module. */
function literal(node: ts.Node): string {
  if (ts.isTemplateExpression(node) && ts.isCallExpression(node.templateSpans[0].expression)) {
    const { expression, arguments: names } = node.templateSpans[0].expression;
    if (expression.getText() === 'import.meta.resolve' && node.head.text === '') return literal(names[0]);
  }
  if (!ts.isStringLiteralLike(node)) throw new Error(`an import that cannot be followed: ${node.getText()}`);
  return node.text;
}

function resolveTarget(from: string, target: string): string {
  return target.startsWith('.') ? join(dirname(from), target).replaceAll('\\', '/') : target;
}

/** An identifier that stands for a value by itself: not a property name, a key, a declared name or a type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return false;
  if ('name' in parent && parent.name === node) return false;
  return !('propertyName' in parent && parent.propertyName === node);
}
