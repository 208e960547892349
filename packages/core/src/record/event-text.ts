import { BothKeysError } from '../errors.js'
import type { CanonicalFragment, CanonicalInput } from '../model/canonical-json.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { TraceContext } from '../model/trace.js'
import type { EventDraft } from './event.js'

/** The values of the envelope, those that are texts already written as JSON. */
export interface EnvelopeValues {
  lsn: number
  mono: string
  prev: string
  recorder: string
  seq: number
  session: string
  time: string
  /** Unquoted: it holds hex digits alone. */
  trace: TraceContext | undefined
}

const envelopeNames = [
  'lsn',
  'mono',
  'prev',
  'recorder',
  'seq',
  'session',
  'spanId',
  'time',
  'traceId',
  'type',
  'v',
] as const
type EnvelopeName = (typeof envelopeNames)[number]

/** The names that a body may not use. */
export const envelopeMembers: ReadonlySet<string> = new Set(envelopeNames)

/** One member of the line: of the body (`key`), or of the envelope (`name`). */
interface Slot {
  /** What stands before the value when the member is not the first, and when it is. */
  readonly label: string
  readonly firstLabel: string
  readonly key: string | undefined
  readonly name: EnvelopeName | undefined
}

interface Layout {
  readonly keys: readonly string[]
  readonly slots: readonly Slot[]
  /** The event's type as JSON text. */
  readonly type: string
}

/**
 * Writes events as RFC 8785 text. The order of the members depends on the names alone, and events of a type nearly
 * always have the same ones, so it is worked out once per type and then only looked up.
 */
export class EventText {
  readonly #layouts = new Map<string, Layout>()

  /** Throws ERR_INTERNAL when a body member is named like an envelope member, ERR_SNAPSHOT_INVALID like `canonicalJson`. */
  write(draft: EventDraft, envelope: EnvelopeValues): string {
    const body = draft.body
    const layout = this.#layout(draft.type, body)
    let text = ''
    let isFirst = true
    for (const slot of layout.slots) {
      const value = slot.key === undefined ? envelopeText(slot.name, layout.type, envelope) : bodyText(body[slot.key])
      if (value === undefined) continue
      text += isFirst ? slot.firstLabel : slot.label
      text += value
      isFirst = false
    }
    return text + '}'
  }

  #layout(type: string, body: EventDraft['body']): Layout {
    const keys = Object.keys(body)
    const known = this.#layouts.get(type)
    if (known !== undefined && sameKeys(known.keys, keys)) return known
    const made = layoutOf(type, keys)
    this.#layouts.set(type, made)
    return made
  }
}

function bodyText(value: CanonicalInput | CanonicalFragment | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value)
}

function envelopeText(name: EnvelopeName | undefined, type: string, envelope: EnvelopeValues): string | undefined {
  switch (name) {
    case 'lsn':
      return String(envelope.lsn)
    case 'mono':
      return envelope.mono
    case 'prev':
      return envelope.prev
    case 'recorder':
      return envelope.recorder
    case 'seq':
      return String(envelope.seq)
    case 'session':
      return envelope.session
    case 'spanId':
      return envelope.trace && `"${envelope.trace.spanId}"`
    case 'time':
      return envelope.time
    case 'traceId':
      return envelope.trace && `"${envelope.trace.traceId}"`
    case 'type':
      return type
    default:
      return '1'
  }
}

function layoutOf(type: string, keys: readonly string[]): Layout {
  const clash = keys.find((key) => envelopeMembers.has(key))
  if (clash !== undefined) {
    throw new BothKeysError('ERR_INTERNAL', `an event may not have a body member "${clash}": the envelope has one`)
  }
  const slots: Slot[] = [
    ...keys.map((key) => slotOf(key, undefined)),
    ...envelopeNames.map((name) => slotOf(undefined, name)),
  ]
  // UTF-16 code units, as RFC 8785 section 3.2.3 asks and as `<` compares.
  slots.sort((a, b) => ((a.key ?? a.name ?? '') < (b.key ?? b.name ?? '') ? -1 : 1))
  return { keys, slots, type: canonicalJson(type) }
}

function slotOf(key: string | undefined, name: EnvelopeName | undefined): Slot {
  const member = canonicalJson(key ?? name ?? '')
  return { label: `,${member}:`, firstLabel: `{${member}:`, key, name }
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}
