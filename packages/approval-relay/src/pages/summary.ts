import { digestPrefix, effectInWords, visible } from '@bothkeys/core/relay'
import type { DeskPerson } from '../desk.js'
import { stands } from '../standing-answer.js'
import type { ShownEntry } from './shown-entry.js'
import { answerInWords } from './words.js'

/** A request as one entry of the list. Every text is visible; whoever shows it escapes it for where it goes. */
export interface Summary {
  readonly id: string
  readonly prefix: string
  readonly title: string
  readonly who: string
  readonly engine: string
  readonly effects: readonly string[]
  readonly untilMs: number
  readonly answers: readonly string[]
  readonly needs: string
  /** Whether whoever looks has answered, and the answer stands. */
  readonly isAnswered: boolean
}

const maxEffects = 3
const maxLength = 160

type Lasting = Omit<Summary, 'answers' | 'isAnswered'>

/** A list is made again for everybody who looks, each time that something happens. */
const known = new WeakMap<ShownEntry['request'], Lasting>()

/** What the list says of a request. */
export function summaryOf({ answers, request }: ShownEntry, viewer: DeskPerson, nowMs: number): Summary {
  const lasting = known.get(request) ?? lastingOf(request)
  known.set(request, lasting)
  return {
    ...lasting,
    answers: answers.map((answer) => answerInWords(answer, nowMs)),
    isAnswered: answers.some((answer) => isSame(answer.by, viewer) && stands(answer, nowMs)),
  }
}

function lastingOf(request: ShownEntry['request']): Lasting {
  const { effects, engine, operation, requester, stages, target } = request
  const words = effects.slice(0, maxEffects).map((effect) => short(effectInWords(effect)))
  const more = effects.length - words.length
  return {
    id: request.id,
    prefix: digestPrefix(request),
    title: short(`${visible(operation)} on ${visible(target.name)}`),
    who: short(`${requester.kind} ${visible(requester.subject.id)}`),
    engine: short(visible(engine)),
    effects: more > 0 ? [...words, `and ${String(more)} more`] : words,
    untilMs: request.expiresAt.getTime(),
    needs: short(stages.map(({ count, role }) => `${String(count)} of ${visible(role)}`).join(', ')),
  }
}

/** Whether both are the same account. */
export function isSame({ subject: a }: DeskPerson, { subject: b }: DeskPerson): boolean {
  return a.id === b.id && a.issuer === b.issuer
}

function short(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
