import type { Duty, OpenGlass, Session } from '@bothkeys/core'
import { BothKeysError, type ErrorCode } from '@bothkeys/core'
import pg from 'pg'
import { sendRequest } from './cluster.js'
import type { Kitchen } from './kitchen.js'
import { mailTool } from './mail-tool.js'
import type { Row } from './page.js'
import { TargetFailure } from './refused.js'

/** Does what a row says and answers what came back, as text. Rejects with what the client was told. */
export async function doRow(kitchen: Kitchen, row: Pick<Row, 'who' | 'does' | 'target'>): Promise<string> {
  const { does, who } = row
  const target = row.target ?? onlyTarget(kitchen)
  if (does === 'review the broken glass') return reviewed(kitchen, who)
  const session = await kitchen.session(who)
  const grant = /^ask for (\d+) × (\w+) (\S+)$/.exec(does)
  if (grant !== null) {
    const [, uses, duty, resource = ''] = grant
    const asked = { target, duty: duty as Duty, resource, uses: Number(uses), ttlMs: 60_000, reason: 'as the row says' }
    await session.requestGrant(asked)
    return ''
  }
  if (does === 'break glass' || does === 'give the glass back') return brokenGlass(kitchen, session, does)
  const cluster = kitchen.clusters.get(target)
  if (cluster !== undefined) return sendRequest(cluster.target, session, does)
  const database = kitchen.databases.get(target)
  if (database !== undefined) return query(database.pool(session, { max: 1 }), does)
  return mailed(kitchen, { who, does, target })
}

const glasses = new WeakMap<Session, OpenGlass>()

async function brokenGlass(kitchen: Kitchen, session: Session, does: string): Promise<string> {
  if (does === 'give the glass back') await glasses.get(session)?.close()
  else {
    const asked = { target: onlyTarget(kitchen), reason: 'checkout is down', ticket: 'INC-4711' }
    glasses.set(session, await session.breakGlass(asked))
  }
  return ''
}

function onlyTarget({ policy }: Kitchen): string {
  const [name, another] = policy.targets.keys()
  if (name === undefined || another !== undefined) throw new Error('a row says on which target where there are several')
  return name
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
  for (const { id } of await guard.glass.pending()) {
    // oxlint-disable-next-line no-await-in-loop -- One by one.
    const receipt = await guard.glass.review(id, { credential: people.credential(who), verdict: 'justified' })
    if (!receipt.counted) throw new TargetFailure(receipt.reason)
  }
  return ''
}

async function mailed(kitchen: Kitchen, { does, target, who }: { who: string; does: string; target: string }) {
  const mail = kitchen.tools.get(target)
  if (mail === undefined) throw new Error(`no target ${target}`)
  const sent: string[] = []
  const tool = mailTool(await kitchen.session(who), mail, async (to) => {
    sent.push(to)
    return Promise.resolve()
  })
  const args = JSON.parse(does.replace(/^send_mail /, '')) as Record<string, unknown>
  const answer = (await tool.invoke({ name: 'send_mail', args, id: '1', type: 'tool_call' })) as { content: string }
  const [, code, message = ''] = /^Not done \((ERR_[A-Z_]+)\): (.*)/.exec(answer.content) ?? []
  if (code === undefined) return sent.join()
  if (sent.length > 0) throw new TargetFailure('it was sent although it was refused')
  const rules = /^Rules: (.+)$/m.exec(answer.content)?.[1]?.split(', ') ?? []
  throw new BothKeysError(code as ErrorCode, message, { rules })
}
