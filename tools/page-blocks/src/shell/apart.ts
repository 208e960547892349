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

/** What of pages need not run. */
export interface NotRun {
  /** What needs what a machine with Node.js and git does not have. An entry that no page needs is a mistake. */
  readonly apart: readonly Apart[]
  /** Programs that Node.js and git do not bring: where one is missing, its commands are not run. Continuous integration has to have them. */
  readonly mayBeMissing: readonly string[]
}

/** Everything that pages show and that is not run here. At the moment all is run where psql is. */
export const notRunHere: NotRun = { apart: [], mayBeMissing: ['psql'] }

/** Where a program is, if it is anywhere. */
export function found(program: string, path: string): string | undefined {
  return path
    .split(':')
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file))
}
