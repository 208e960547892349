/** What a row says of an action. */
export interface Expectation {
  readonly outcome: 'runs' | 'waits' | 'refused'
  /** The rules by which it is held or refused. */
  readonly rules: readonly string[]
  /** The code of a refusal that is no denial. */
  readonly code: string
  /** Texts that are in what came back, and texts that are not. */
  readonly shows: readonly string[]
  readonly hides: readonly string[]
}

/** What became of an action, with what came back as text. */
export interface Happened extends Pick<Expectation, 'outcome' | 'rules' | 'code'> {
  readonly answer: string
  /** What each yes was answered: undefined where it counted. */
  readonly receipts: readonly (string | undefined)[]
  /** What stands behind a refusal, for whoever reads that a row is wrong. */
  readonly message: string
}

const denied = 'ERR_DENIED'

/**
 * Reads a cell: `runs`, `runs, held by X`, `waits, held by X`, `refused by X`, `refused by X (ERR_…)`, `refused: no rule
 * allows it`, `refused: ERR_…`, and behind `;` what is shown or hidden, with names, codes and texts in backquotes. Throws on anything
 * else.
 */
export function expectation(cell: string): Expectation {
  const [head = '', ...details] = cell.split('; ')
  const match =
    /^(?:(runs)|(runs|waits), held by (.+)|(refused) by ([^:(]+?)(?: \((`ERR_[A-Z_]+`)\))?|(refused): (.+))$/.exec(head)
  if (match === null) throw new Error(`nothing happens like this: ${cell}`)
  const outcome = (match[1] ?? match[2] ?? 'refused') as Expectation['outcome']
  const rules = inBackquotes(match[3] ?? match[5] ?? '')
  const why = match[6] ?? match[8]
  if (match[1] === undefined && match[7] === undefined && rules.length === 0) throw new Error(`by which rule: ${cell}`)
  const shows = details.flatMap((each) => (each.startsWith('shows ') ? inBackquotes(each) : []))
  const hides = details.flatMap((each) => (each.startsWith('hides ') ? inBackquotes(each) : unlessShown(each)))
  // An answer without anything hides everything.
  if (hides.length > 0 && shows.length === 0) throw new Error(`what is hidden stands beside what is shown: ${cell}`)
  return { outcome, rules, code: outcome === 'refused' ? codeOf(why) : '', shows, hides }
}

/** What is not as the row says, a line each. */
export function differences(
  expected: Expectation,
  happened: Happened,
  receipts: readonly (string | undefined)[],
): string[] {
  const found: string[] = []
  const same = (what: string, wanted: string, got: string): void => {
    if (wanted !== got) found.push(`${what} is "${got}" and not "${wanted}" (${happened.message})`)
  }
  same('the outcome', expected.outcome, happened.outcome)
  same('the code', expected.code, happened.code)
  same('the rule', expected.rules.toSorted().join(), happened.rules.toSorted().join())
  same('what became of each yes', receipts.map(counted).join(), happened.receipts.map(counted).join())
  for (const text of expected.shows) if (!happened.answer.includes(text)) found.push(`"${text}" is not shown`)
  for (const text of expected.hides) if (happened.answer.includes(text)) found.push(`"${text}" is shown`)
  return found
}

function codeOf(why: string | undefined): string {
  if (why === undefined || why === 'no rule allows it') return denied
  const code = /^`(ERR_[A-Z_]+)`$/.exec(why)?.[1]
  if (code === undefined) throw new Error(`nothing is refused like this: ${why}`)
  return code
}

function inBackquotes(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
}

function unlessShown(detail: string): readonly string[] {
  if (detail.startsWith('shows ')) return []
  throw new Error(`neither shown nor hidden: ${detail}`)
}

/** The reason without what stands behind it. */
function counted(reason: string | undefined): string {
  return reason?.split(':')[0] ?? 'counted'
}
