import { type Expectation, expectation } from './expectation.js'
import { type YesFrom, yesFrom } from './yes-from.js'

/** One row of a recipe: who does what, who says yes, and what becomes of it. */
export interface Row {
  readonly who: string
  readonly does: string
  /** The target, where the row names one. */
  readonly target: string | undefined
  readonly yesFrom: readonly YesFrom[]
  readonly expected: Expectation
  /** The row as it stands on the page. */
  readonly line: string
}

export interface Recipe {
  readonly title: string
  readonly policy: string
  readonly rows: readonly Row[]
}

/** All that the page says and that can be tried. */
export interface Cookbook {
  /** The directory, as a file. */
  readonly people: string
  /** What is in the database before an agent comes near. */
  readonly tables: string
  readonly recipes: readonly Recipe[]
}

const heading = '| Who | Does | Yes from | What happens |'
/** A recipe with fewer shows too little to be believed. */
const fewestRows = 3

/** Reads the page. Throws on a recipe that says nothing that could be tried, or says it in a way that is not understood. */
export function readCookbook(page: string): Cookbook {
  const sections = page.split(/^## /m)
  const [, kitchen = ''] = sections
  const recipes = sections.slice(2).flatMap((section) => (/^\d+\. /.test(section) ? [recipe(section)] : []))
  recipes.forEach(({ title }, index) => {
    if (!title.startsWith(`${String(index + 1)}. `)) throw new Error(`recipes are numbered one by one, not "${title}"`)
  })
  return { people: only(kitchen, 'yaml'), tables: only(kitchen, 'sql'), recipes }
}

function recipe(section: string): Recipe {
  const title = section.slice(0, section.indexOf('\n'))
  const lines = section.split('\n')
  const first = lines.indexOf(heading)
  if (first === -1) throw new Error(`"${title}" has no table with the heading ${heading}`)
  const after = lines.slice(first + 2)
  const end = after.findIndex((line) => !line.startsWith('|'))
  const rows = after.slice(0, end === -1 ? after.length : end).map(row)
  if (rows.length < fewestRows) throw new Error(`"${title}" has less than ${String(fewestRows)} rows`)
  return { title, policy: only(section, 'yaml'), rows }
}

function row(line: string): Row {
  const cells = line.split('|').map((cell) => cell.trim())
  const [, who = '', does = '', yes = '', happens = ''] = cells
  const action = /^`([^`]+)`(?: on `([\w-]+)`)?$/.exec(does)
  if (cells.length !== 6 || who === '' || action === null) throw new Error(`no row of a recipe: ${line}`)
  return { who, does: action[1] ?? '', target: action[2], yesFrom: yesFrom(yes), expected: expectation(happens), line }
}

/** The one block of a language in a text. */
function only(text: string, language: string): string {
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))]
  const [block] = blocks
  if (block?.[1] === undefined || blocks.length > 1)
    throw new Error(`there must be one block of ${language} in: ${text.slice(0, text.indexOf('\n'))}`)
  return block[1]
}
