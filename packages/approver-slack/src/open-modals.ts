import { isRecord } from './web.js'

/** What a modal is for. A modal for a code is for no request. */
export interface OpenModal {
  readonly user: string
  readonly request: string | undefined
}

const openMs = 15 * 60_000
const most = 1_000
/** Whoever opens more loses their own oldest. */
const mostOfOne = 10

/** The modals that were opened here, each for one user: what is submitted from another one is not taken, and nothing twice. */
export class OpenModals {
  readonly #monotonicMs: () => number
  readonly #open = new Map<string, OpenModal & { readonly untilMs: number }>()

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
  }

  /** Keeps what Slack says of the modal that it opened. False when it does not say which. */
  open(view: unknown, modal: OpenModal): boolean {
    const id = isRecord(view) ? view['id'] : undefined
    if (typeof id !== 'string' || this.#open.has(id)) return false
    const theirs = [...this.#open].filter(([, { user }]) => user === modal.user).map(([name]) => name)
    const [oldest] = theirs.length >= mostOfOne ? theirs : this.#open.size >= most ? this.#open.keys() : []
    if (oldest !== undefined) this.#open.delete(oldest)
    this.#open.set(id, { ...modal, untilMs: this.#monotonicMs() + openMs })
    return true
  }

  take(id: string): OpenModal | undefined {
    const modal = this.#open.get(id)
    this.#open.delete(id)
    return modal !== undefined && this.#monotonicMs() < modal.untilMs ? modal : undefined
  }
}
