import type { Effect, SessionAccess } from '@bothkeys/core/adapter'
import type { NamedIn } from '../analyzer/whole-reads.js'
import { isOnRows, wholeReads } from '../analyzer/whole-reads.js'
import { errorFields, message } from './messages.js'
import type { Run } from './run.js'
import { withheld } from './withheld.js'

/**
 * What the client gets of the errors and notices of the server. They may quote any value of the rows at hand, whatever columns
 * the statement names: a violated constraint shows the whole row. So they are handed out as they are only where the policy
 * lets the session read every column of everything that the transaction has touched; an error may come as late as at its end.
 */
export class ServerWords {
  readonly #access: SessionAccess
  /** Resources that hold rows, with where each was looked up last. */
  readonly #touched = new Map<string, NamedIn>()
  #asked: readonly Effect[] | undefined

  constructor(access: SessionAccess) {
    this.#access = access
  }

  /** A run is about to be sent. */
  begun({ analysis, state }: Run): void {
    for (const effect of analysis.description.effects) {
      if (!isOnRows(effect) || this.#touched.get(effect.resource) === state) continue
      this.#touched.set(effect.resource, state)
      this.#asked = undefined
    }
  }

  /** Nothing of the transaction is left that could fail. */
  transactionEnded(): void {
    this.#touched.clear()
    this.#asked = undefined
  }

  /** An ErrorResponse or NoticeResponse as the client may have it: the same bytes where nothing is withheld. */
  told(bytes: Buffer): Buffer {
    if (this.#touched.size === 0) return bytes
    const fields = errorFields(bytes)
    // Only what the server finds in the client's own text has a place in it; it looks at no row for that.
    if (fields.has('P')) return bytes
    this.#asked ??= [...this.#touched].flatMap(([resource, state]) => wholeReads(resource, state))
    const { effect, rules } = this.#access.verdict({
      operation: 'select',
      text: this.#asked.map(asText).join(';\n'),
      effects: this.#asked,
    })
    return effect === 'allow' ? bytes : withheld(bytes, fields, rules)
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

/** For rules that look at texts: the query that reads all of it. */
function asText({ attributes, resource }: Effect): string {
  return `select ${String(attributes['columns'])} from ${resource.slice(resource.indexOf(':') + 1)}`
}
