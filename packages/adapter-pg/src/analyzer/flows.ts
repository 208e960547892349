import type { Before, ColumnFlow, QueryFlow } from './column-flow.js'
import { anyColumn, flowsOf, nothingRead, Sources, unknownFlow } from './column-flow.js'

/** What becomes of the columns that are read while it is on top. */
interface Frame {
  readonly sources: Sources
  readonly parent: Frame | undefined
  /** Whether anybody asks whether it is total: it, or one around it, is a value of a query. */
  readonly isJudged: boolean
  plain: boolean
  total: boolean
  size: number
  values: number
  documents: number
  collations: number
}

/** Columns that queries hand on beyond which nothing is told apart any more. */
const maxSteps = 500_000

/** Gathers where the values go that one text reads. What nobody claims goes elsewhere. */
export class Flows {
  /** Whatever does more than be given back. */
  readonly elsewhere: Sources = new Sources()
  /** What queries give and nobody takes. */
  readonly dropped: Sources = new Sources()
  /** Columns that are written to. */
  readonly written: Sources = new Sources()
  /** `written`: by the server, when rows are written. */
  readonly lookups: { readonly sources: Sources; readonly values: number; readonly written?: true }[] = []
  /** What the text gives. */
  result: QueryFlow | undefined
  /** Whether SELECT INTO keeps what a statement gives. */
  isStored = false
  /** Inside LATERAL. */
  isLateral = false
  #steps = 0
  #everything = new Sources()
  #frame: Frame = rootFrame(this.elsewhere)

  /** Counts columns that queries hand on. False: too many to tell them apart. */
  afford(columns: number): boolean {
    this.#steps += columns
    return !this.isExhausted
  }

  get isExhausted(): boolean {
    return this.#steps > maxSteps
  }

  /** Everything that is read in the query at hand. */
  get everything(): Sources {
    return this.#everything
  }

  /** Where what is read at hand goes. */
  protected get target(): Sources {
    return this.#frame.sources
  }

  get isJudged(): boolean {
    return this.#frame.isJudged
  }

  /** Does something while what is read goes to these sources. */
  into(sources: Sources, visit: () => void, isJudged = this.#frame.isJudged): Frame {
    const parent = this.#frame
    const frame: Frame = { ...rootFrame(sources), parent, isJudged }
    this.#frame = frame
    visit()
    this.#frame = parent
    return frame
  }

  /** Does something that chooses, orders, groups or stores. */
  aside(visit: () => void): Frame {
    return this.into(this.elsewhere, visit)
  }

  /** Does what makes a value of a query. One that may fail tells of its sources by that. */
  value(visit: () => void, isBare: boolean, sources = new Sources()): ColumnFlow {
    const { collations, documents, plain, size, total, values } = this.into(sources, visit, true)
    if (!total) this.elsewhere.parts.add(sources)
    return { sources, plain: plain && isBare, total, size, values, documents, collations }
  }

  /** Does something that chooses, and finds out whether it may fail. */
  judge(visit: () => void): { readonly total: boolean } {
    return this.into(this.elsewhere, visit, true)
  }

  /** Does what reads, and tells all that it read. */
  gather(visit: () => void): Sources {
    const outer = this.#everything
    const inner = new Sources()
    this.#everything = inner
    visit()
    this.#everything = outer
    outer.parts.add(inner)
    return inner
  }

  /** A value goes where the frame on top says. */
  take({ plain, sources, total, ...counted }: ColumnFlow): void {
    this.#count(counted)
    this.#frame.sources.parts.add(sources)
    this.#everything.parts.add(sources)
    if (!plain) this.#frame.plain = false
    if (!total) this.mayFail()
  }

  takeAll(query: QueryFlow | undefined): void {
    if (query === undefined) return
    if (this.afford(query.columns?.length ?? 1)) for (const flow of flowsOf(query)) this.take(flow)
  }

  /** What a query gives is known by the names of its columns, or by nobody. */
  drop(query: QueryFlow | undefined): void {
    if (query === undefined || !this.afford(query.columns?.length ?? 1)) return
    for (const { sources } of flowsOf(query)) this.dropped.parts.add(sources)
  }

  /** What a query gives decides which rows there are, how they are ordered, or is kept. */
  divert(flows: readonly Pick<ColumnFlow, 'sources'>[]): void {
    if (!this.afford(flows.length)) return
    for (const { sources } of flows) this.elsewhere.parts.add(sources)
  }

  /** What happens is not known. */
  takeAnything(): void {
    const sources = new Sources()
    sources.columns.add(anyColumn)
    this.take({ ...unknownFlow, sources })
  }

  /** What was read for what is at hand. */
  get counted(): Before {
    const { collations, documents, size, values } = this.#frame
    return { collations, documents, size, values }
  }

  #count({ collations, documents, size, values }: Before): void {
    this.#frame.collations += collations
    this.#frame.documents += documents
    this.#frame.size += size
    this.#frame.values += values
  }

  /** A value under a collation that may be another one than the database's own stands there. */
  collate(): void {
    this.#frame.collations += 1
  }

  /** What is at hand may be of any size. */
  swell(): void {
    this.#frame.size = Infinity
  }

  /** What is at hand takes more room by so much. */
  grow(room: number): void {
    this.#frame.size += room
  }

  /** What was read since takes so many times the room. */
  multiply(before: Before, times: number): void {
    if (times !== 1 && before.size !== Infinity) {
      this.#frame.size = before.size + (this.#frame.size - before.size) * times
    }
  }

  /** What was read since is there so many times. */
  repeat(before: Before, times: number): void {
    this.multiply(before, times)
    const values = this.#frame.values - before.values
    if (values > 0) this.#frame.values = before.values + values * times
  }

  /** What was made of what was read since is one value of so much room. */
  shorten(before: Before, room: number): void {
    this.#frame.size = before.size + room
    this.#frame.values = before.values + Math.min(1, this.#frame.values - before.values)
    this.#frame.documents = before.documents
  }

  /** Does something that chooses, and gives a value of which what is at hand is made. */
  asideOf(visit: () => void): void {
    this.#count(this.aside(visit))
  }

  /** The value at hand is not that of a column alone. */
  blur(): void {
    this.#frame.plain = false
  }

  /** Does what is noted for its effects alone. */
  ignore(visit: () => void): void {
    const [frame, everything] = [this.#frame, this.#everything]
    this.#frame = rootFrame(new Sources())
    this.#everything = new Sources()
    visit()
    this.#frame = frame
    this.#everything = everything
  }

  /** Something may fail, give rows or have effects. Whatever it is a part of may, too. */
  mayFail(): void {
    for (let frame: Frame | undefined = this.#frame; frame?.total === true; frame = frame.parent) frame.total = false
  }

  /** What a statement gives is known. A new table takes all of it. */
  finish(result: QueryFlow | undefined): void {
    if (this.isStored && result !== undefined) this.divert(flowsOf(result))
    this.result = this.isStored ? undefined : result
  }

  /** The stack ran out: whatever was at hand is not known. */
  abandon(): void {
    this.#frame = rootFrame(this.elsewhere)
    this.result = undefined
    this.elsewhere.columns.add(anyColumn)
    this.#everything.columns.add(anyColumn)
  }
}

function rootFrame(sources: Sources): Frame {
  return { sources, parent: undefined, isJudged: false, plain: true, total: true, ...nothingRead }
}

/** Notes that what others do later runs something that may hand on whatever it likes: the text of it names nothing by then. */
export function followAnything({ flows }: { readonly flows: Flows }): void {
  flows.elsewhere.columns.add(anyColumn)
}
