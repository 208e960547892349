import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A command of a page that is not run here. */
export interface Apart {
  readonly program: string
  /** Which of its command lines, behind its name: written so that `grep -E` reads it alike. */
  readonly matches: RegExp
  readonly because: string
  /** What is checked instead. */
  readonly isRight: (args: readonly string[]) => boolean
}

/**
 * Everything that pages show and that is not run here: it needs what a machine with Node.js and git does not have. An entry that no page
 * needs is a mistake. At the moment all is run.
 */
export const apart: readonly Apart[] = []

/** Programs that Node.js and git do not bring. Where one is missing, its commands are not run; continuous integration has to have them. */
export const mayBeMissing: readonly string[] = ['psql']

/** Where a program is, if it is anywhere. */
export function found(program: string, path: string): string | undefined {
  return path
    .split(':')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file))
}
