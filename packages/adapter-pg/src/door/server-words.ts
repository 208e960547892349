import type { ContentMask, Effect, SessionAccess, Verdict } from '@bothkeys/core/adapter'
import type { NamedIn } from '../analyzer/whole-reads.js'
import { isOnRows, wholeReads } from '../analyzer/whole-reads.js'
import { errorFields, message } from './messages.js'
import type { Run } from './run.js'
import { isOfRows, lookedThrough, withheld } from './withheld.js'

/**
 * What the client gets of the errors and notices of the server. They may quote any value of the rows at hand, whatever columns
 * the statement names: a violated constraint shows the whole row. So they are handed out as they are only where the policy
 * lets the session read every column of everything that the transaction has touched; an error may come as late as at its end.
 * What functions of users raise holds whatever they like: where something is masked from the session, nothing of it is left.
 * What detectors find in the rest is masked as it is in results.
 */
export class ServerWords {
  readonly #access: SessionAccess
  /** Resources that hold rows, with where each was looked up last. */
  readonly #touched = new Map<string, NamedIn>()
  /** Functions of users that ran, triggers among them, and what nobody understood. */
  readonly #programs = new Map<string, Effect>()
  #asked: readonly Effect[] | undefined
  /** What looks through the values of the actions of the transaction. */
  #content: ContentMask | undefined

  constructor(access: SessionAccess) {
    this.#access = access
  }

  /** A run is about to be sent. */
  begun({ analysis, permit, state }: Run): void {
    this.#content = permit.masks?.content ?? this.#content
    for (const effect of analysis.description.effects) {
      if (isProgram(effect)) this.#programs.set(effect.resource, effect)
      if (!isOnRows(effect) || this.#touched.get(effect.resource) === state) continue
      this.#touched.set(effect.resource, state)
      this.#asked = undefined
    }
  }

  /** Nothing of the transaction is left that could fail. */
  transactionEnded(): void {
    this.#touched.clear()
    this.#programs.clear()
    this.#asked = undefined
    this.#content = undefined
  }

  /** An ErrorResponse or NoticeResponse as the client may have it: the same bytes where nothing is withheld. */
  told(bytes: Buffer): Buffer {
    if (this.#touched.size === 0 && this.#programs.size === 0) return bytes
    const fields = errorFields(bytes)
    // Only what the server finds in the client's own text has a place in it; it looks at no row for that.
    if (fields.has('P')) return bytes
    const raised = isOfRows(fields) ? undefined : this.#raised()
    if (raised !== undefined) return withheld(bytes, fields, raised, 'a program')
    this.#asked ??= [...this.#touched].flatMap(([resource, state]) => wholeReads(resource, state))
    const { effect, rules } = this.#verdict(this.#asked)
    if (effect !== 'allow') return withheld(bytes, fields, rules, 'the server')
    return this.#content === undefined ? bytes : lookedThrough(bytes, fields, this.#content)
  }

  /** The rules that keep the session from what functions may put into whatever they raise. */
  #raised(): readonly string[] | undefined {
    if (this.#programs.size === 0 || !this.#access.masks()) return undefined
    const { effect, rules } = this.#verdict([...this.#programs.values()])
    return effect === 'allow' ? undefined : rules
  }

  #verdict(effects: readonly Effect[]): Verdict {
    return this.#access.verdict({ operation: 'select', text: effects.map(asText).join(';\n'), effects })
  }

  /**
   * A NotificationResponse as the client may have it: where something of the target is masked its payload goes, which triggers
   * may make of any row, and the channel stays.
   */
  notified(bytes: Buffer): Buffer {
    if (!this.#access.masks()) return bytes
    const channel = bytes.subarray(9, bytes.indexOf(0, 9) + 1)
    return message('A', Buffer.concat([bytes.subarray(5, 9), channel, Buffer.from([0])]))
  }
}

function isProgram({ attributes, duty }: Effect): boolean {
  return duty === 'opaque' || attributes['userDefined'] === true
}

/** For rules that look at texts: the query that reads all of it. */
function asText({ attributes, resource }: Effect): string {
  return `select ${String(attributes['columns'])} from ${resource.slice(resource.indexOf(':') + 1)}`
}
