import type { Duty, OpenGlass, Session } from '@bothkeys/core'
import { kubernetesTools } from '@bothkeys/langchain'
import type pg from 'pg'
import { type Cluster, sendRequest } from './cluster.js'
import type { Kitchen } from './kitchen.js'
import { mailTool } from './mail-tool.js'
import type { Row } from './page.js'
import { TargetFailure } from './refused.js'
import { toolCall } from './tool-call.js'

/** Does what a row says and answers what came back, as text. Rejects with what the client was told. */
export async function doRow(kitchen: Kitchen, row: Pick<Row, 'who' | 'does' | 'target'>): Promise<string> {
  const { does, who } = row
  const target = row.target ?? onlyTarget(kitchen)
  if (does === 'review the broken glass') return reviewed(kitchen, who)
  const session = await kitchen.session(who)
  if (does === 'break glass') return brokenGlass(session, target)
  if (does === 'give the glass back') return givenBack(session)
  const grant = /^ask for (\d+) × (\w+) (\S+)$/.exec(does)
  if (grant !== null) return asked(session, target, grant)
  const cluster = kitchen.clusters.get(target)
  const program = /^exec (\S+) (.+)$/.exec(does)
  if (cluster !== undefined && program !== null) return executed(cluster, session, program)
  if (cluster !== undefined) return sendRequest(cluster.target, session, does)
  const database = kitchen.databases.get(target)
  if (database !== undefined) return query(database.pool(session, { max: 1 }), does)
  return mailed(kitchen, session, { does, target })
}

function onlyTarget({ policy }: Kitchen): string {
  const [name, another] = policy.targets.keys()
  if (name === undefined || another !== undefined) throw new Error('a row says on which target where there are several')
  return name
}

/** What each session broke last. */
const glasses = new WeakMap<Session, OpenGlass>()

async function brokenGlass(session: Session, target: string): Promise<string> {
  glasses.set(session, await session.breakGlass({ target, reason: 'checkout is down', ticket: 'INC-4711' }))
  return ''
}

async function givenBack(session: Session): Promise<string> {
  await glasses.get(session)?.close()
  return ''
}

async function asked(session: Session, target: string, [, uses, duty, resource = '']: RegExpExecArray) {
  const what = { target, duty: duty as Duty, resource, uses: Number(uses) }
  await session.requestGrant({ ...what, ttlMs: 60_000, reason: 'as the row says' })
  return ''
}

async function query(pool: pg.Pool, text: string): Promise<string> {
  try {
    const result = await pool.query<Record<string, unknown>>(text)
    return JSON.stringify(result.rows)
  } finally {
    await pool.end()
  }
}

async function reviewed({ guard, people }: Kitchen, who: string): Promise<string> {
  const pending = await guard.glass.pending()
  if (pending.length === 0) throw new TargetFailure('nothing waits for a review')
  for (const { id } of pending) {
    // oxlint-disable-next-line no-await-in-loop -- One by one.
    const receipt = await guard.glass.review(id, { credential: people.credential(who), verdict: 'justified' })
    if (!receipt.counted) throw new TargetFailure(receipt.reason)
  }
  return ''
}

interface Mail {
  readonly does: string
  readonly target: string
}

async function mailed({ tools }: Kitchen, session: Session, { does, target }: Mail): Promise<string> {
  const mail = tools.get(target)
  if (mail === undefined) throw new Error(`no target ${target}`)
  const sent: string[] = []
  const tool = mailTool(session, mail, (to) => {
    sent.push(to)
    return Promise.resolve()
  })
  await toolCall(tool, JSON.parse(does.replace(/^send_mail /, '')) as object).catch((error: unknown) => {
    if (sent.length > 0) throw new TargetFailure('it was sent although it was refused')
    throw error
  })
  return sent.join()
}

/** Runs a program in a pod, its words as they stand in the row. */
function executed({ target }: Cluster, session: Session, [, pod, words = '']: RegExpExecArray): Promise<string> {
  const tool = kubernetesTools(session, target).find(({ name }) => name === 'kubernetes_exec')
  return toolCall(tool, { pod, command: words.split(' ') })
}
