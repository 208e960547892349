import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import type { Block, Problem } from '../block.js'
import { problemAt } from '../block.js'
import { root } from '../pages.js'
import type { Module } from './modules.js'
import { modulesOf } from './modules.js'

/** Where the modules of blocks would be: packages are found from here. */
const folder = fileURLToPath(new URL('../../blocks', import.meta.url))
const context = fileURLToPath(new URL('../../context.ts', import.meta.url))

/**
 * Checks the types of all blocks in one program, as strictly as the repository's own, against the packages as they were built:
 * their declarations are what readers get.
 */
export function compile(blocks: readonly Block[]): readonly Problem[] {
  const modules = new Map(modulesOf(folder, blocks).map((module) => [module.file, module]))
  const options = compilerOptions()
  const program = ts.createProgram([context, ...modules.keys()], options, hostOf(options, modules))
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => problemOf(diagnostic, modules))
}

/** Nothing is written, and nobody takes declarations from a page. */
const own = {
  customConditions: [],
  noEmit: true,
  declaration: false,
  declarationMap: false,
  jsx: 'preserve',
  allowJs: true,
  checkJs: true,
  // How members of the environment are written is the reader's own.
  noPropertyAccessFromIndexSignature: false,
}

function compilerOptions(): ts.CompilerOptions {
  const path = join(root, 'tsconfig.base.json')
  const { options } = ts.parseJsonConfigFileContent({ extends: path, compilerOptions: own }, ts.sys, folder)
  return options
}

function hostOf(options: ts.CompilerOptions, modules: ReadonlyMap<string, Module>): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  return {
    ...host,
    fileExists: (path) => modules.has(path) || host.fileExists(path),
    directoryExists: (path) => path === folder || ts.sys.directoryExists(path),
    readFile: (path) => modules.get(path)?.text ?? host.readFile(path),
    getSourceFile: (path, languageVersion) => {
      const text = modules.get(path)?.text
      if (text === undefined) return host.getSourceFile(path, languageVersion)
      return ts.createSourceFile(path, text, languageVersion)
    },
  }
}

function problemOf({ file, messageText, start }: ts.Diagnostic, modules: ReadonlyMap<string, Module>): Problem {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n  ')
  const module = file && modules.get(file.fileName)
  if (module === undefined) return { page: file?.fileName ?? 'TypeScript', line: 1, message }
  const lines = module.block.text.split('\n').length - 1
  // The first line is not the block's, and what is wrong behind it is wrong at its end.
  const line = ts.getLineAndCharacterOfPosition(readFileOf(module), start ?? 0).line
  return problemAt(module.block, Math.min(Math.max(line, 1), lines), message)
}

function readFileOf({ file, text }: Module): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2023)
}
