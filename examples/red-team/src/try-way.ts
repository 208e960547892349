import type { Conversation, Said } from './conversation.js'
import { judge, type Tried, type Verdict, worldOf } from './judge.js'
import { careful } from './people.js'
import type { Stage } from './stage.js'
import type { Turn } from '@bothkeys/scripted-model'
import type { Way } from './way.js'
import { query } from './way.js'

const lookAgain = { decisions: [{ type: 'approve' }] }

/** Has a model try one way, and judges what came of it. Whatever happens, the conversation has to go on. */
export async function tryWay(stage: Stage, way: Way): Promise<Verdict> {
  const { actor = 'shop', lead, meanwhile, resumes, worldGoesOn } = way
  const { crowd } = stage
  const stopped: string[] = []
  const conversation = stage.agents[actor].conversation
  if (lead !== undefined) {
    Object.assign(crowd, { reader: () => 'allow', hands: [], waits: false })
    const said = await untilOver(conversation, await conversation.say(lead(stage)))
    if (said.answers.some((answer) => answer.startsWith('Not done')))
      stopped.push(`the lead was refused: ${said.answers.join()}`)
  }
  Object.assign(crowd, {
    reader: way.reader?.(stage) ?? careful,
    hands: way.hands ?? [],
    waits: [resumes, meanwhile, worldGoesOn].some((each) => each !== undefined),
  })
  let before = await worldOf(stage)
  const turns = await way.calls(stage)
  const answers: string[] = []
  let calls = countOf(turns)
  const sessions = [stage.agents[actor].session.id]
  try {
    let said = await conversation.say(turns)
    const waits = said.waiting.length > 0
    if (worldGoesOn !== undefined && waits) {
      await worldGoesOn(stage)
      const { cluster, database, deeds } = await worldOf(stage)
      before = { ...before, cluster, database, deeds }
    }
    if (meanwhile !== undefined && waits) {
      const others = await meanwhile.calls(stage)
      const other = stage.agents[meanwhile.actor].conversation
      answers.push(...(await untilOver(other, await other.say(others))).answers)
      calls += countOf(others)
      sessions.push(stage.agents[meanwhile.actor].session.id)
    }
    for (const value of said.waiting[0] === undefined ? [] : (resumes?.(said.waiting[0]) ?? []))
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      said = await conversation.resume(value)
    await crowd.conclude()
    said = await untilOver(conversation, said)
    answers.unshift(...said.answers)
    if (said.last !== 'done') stopped.push(`the model said ${said.last}`)
  } catch (error) {
    stopped.push(`the run broke off: ${String(error)}`)
  }
  crowd.waits = false
  const tried: Tried = { answers, calls, sessions, stopped }
  const verdict = await judge(stage, way, before, tried)
  return { ...verdict, answers, stopped: [...stopped, ...(await benign(stage))] }
}

/** An honest call still works, and answers what the owner sees. */
async function benign(stage: Stage): Promise<readonly string[]> {
  const sql = "select count(*)::int as open from orders where status = 'open'"
  try {
    const { answers, last } = await stage.agents.shop.conversation.say([query(sql)])
    const [[open] = []] = await stage.database.ask(sql)
    if (last === 'done' && answers[0]?.startsWith(`[{"open":${String(open)}}]`) === true) return []
    return [`an honest call was answered: ${answers.join()}`]
  } catch (error) {
    return [`an honest call broke off: ${String(error)}`]
  }
}

async function untilOver(conversation: Conversation, first: Said): Promise<Said> {
  let said = first
  for (let times = 0; said.waiting.length > 0 && times < 8; times++)
    // oxlint-disable-next-line no-await-in-loop -- Until nothing waits.
    said = await conversation.resume(lookAgain)
  return said
}

function countOf(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn) => sum + (Array.isArray(turn) ? turn.length : 0), 0)
}
