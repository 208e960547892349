import { lint } from '@bothkeys/core'
import { doRow } from './do.js'
import { differences, type Happened } from './expectation.js'
import { type Kitchen, openKitchen } from './kitchen.js'
import type { Cookbook, Recipe, Row } from './page.js'
import { refusedBy, TargetFailure } from './refused.js'

/** How a request ends when all who were asked have answered and too few said yes. */
const unanswered: ReadonlySet<string> = new Set(['ERR_APPROVAL_INELIGIBLE', 'ERR_APPROVAL_UNAVAILABLE'])

/** Tries a recipe: lints its policy, opens a guard with it and does its rows, in their order. Answers what is not as it says. */
export async function tryRecipe(book: Cookbook, recipe: Recipe, serverUrl: string): Promise<readonly string[]> {
  const kitchen = await openKitchen(book, recipe, serverUrl)
  try {
    const found = await lint(kitchen.policy, kitchen.entries)
    const troubles = found.flatMap(({ message, path, severity }) =>
      severity === 'notice' ? [] : [`lint: ${path}: ${message}`],
    )
    for (const row of recipe.rows) {
      // oxlint-disable-next-line no-await-in-loop -- A row may build on those above it.
      const happened = await happens(kitchen, row)
      const receipts = row.yesFrom.map(({ because }) => because)
      troubles.push(...differences(row.expected, happened, receipts).map((each) => `${row.line}\n  ${each}`))
    }
    return troubles
  } finally {
    await kitchen.close()
  }
}

async function happens(kitchen: Kitchen, row: Row): Promise<Happened> {
  const { approver } = kitchen
  approver.begin(row.yesFrom)
  try {
    const answer = await doRow(kitchen, row)
    return {
      outcome: 'runs',
      rules: approver.rules ?? [],
      code: '',
      answer,
      receipts: approver.receipts,
      message: 'it ran',
    }
  } catch (error) {
    return notDone(error, kitchen)
  }
}

function notDone(error: unknown, { approver }: Kitchen): Happened {
  if (error instanceof TargetFailure) throw error
  const { code, message, rules } = refusedBy(error)
  const { receipts } = approver
  const waits = approver.rules !== undefined && unanswered.has(code)
  return waits
    ? { outcome: 'waits', rules: approver.rules ?? [], code: '', answer: '', receipts, message }
    : { outcome: 'refused', rules, code, answer: '', receipts, message }
}
