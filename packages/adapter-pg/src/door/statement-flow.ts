import type {
  AdapterRequest,
  Admission,
  Description,
  Estimate,
  MaybePromise,
  SessionAccess,
  SnapshotValue,
} from '@bothkeys/core/adapter'
import { refusalFrom } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import type { StatementParser } from '../analyzer/parse.js'
import type { PlanRequest } from './plan-request.js'
import { andThen } from './and-then.js'
import type { OwnText } from './connection-name.js'
import { sessionName } from './connection-name.js'
import type { ParseMessage } from './frontend-messages.js'
import { LeftWork } from './left-work.js'
import type { Line } from './line.js'
import { settlesNames } from './name-lock.js'
import { ownText } from './own-text.js'
import type { Passage, PassageRequest, Preview } from './passage.js'
import { Reading, setsTransaction } from './reading.js'
import type { DoorRefusal } from './refusal-response.js'
import { Run } from './run.js'
import { outdated, restless, runsInParse, unread, unsearchable } from './undecidable.js'
import { identityOf, serverMajor } from './server-identity.js'
import type { ServerState } from './server-state.js'
import { judgeParameter } from './settings.js'
import { noteNames } from './noted-names.js'
import type { StateCache } from './state-cache.js'
import { StateKeeper } from './state-keeper.js'
import type { Understood } from './understand.js'
import { unusualSettings } from './unusual-settings.js'
import type { Upstream } from './upstream.js'

export interface FlowContext {
  readonly access: SessionAccess
  /** Whether no rule gives the session anything but reads here. */
  readonly readOnly: boolean
  readonly states: StateCache
  readonly parser: StatementParser
  readonly statementComments: boolean
  readonly upstream: Upstream
  /** Plans a held statement without running it, for approvers. */
  readonly plan: (request: PlanRequest, signal: AbortSignal) => Promise<Estimate>
}

const maxAttempts = 4

/** Takes one text from the wire to a permit: look at the server, analyse, ask the session. */
export class StatementFlow {
  readonly #connection: Line
  readonly #context: FlowContext
  readonly #keeper: StateKeeper
  /** How the server reads texts on this connection. */
  readonly reading: Reading
  /** What the statements of the transaction left for its end. */
  readonly left: LeftWork
  #identity: Readonly<Record<string, string>>
  /** What the name of the connection begins with. */
  readonly #session: string

  constructor(connection: Line, context: FlowContext) {
    this.#connection = connection
    this.#context = context
    this.left = new LeftWork(connection)
    this.#keeper = new StateKeeper(connection, context.states, serverMajor(context.upstream), context.readOnly)
    this.reading = new Reading(connection, this.#keeper, context.parser, context.readOnly)
    this.#session = sessionName(context.access.shortId)
    this.#identity = identityOf(context.upstream, this.#keeper.system)
  }

  /** What an action is bound to: the same object as long as it says the same, so that its text is made once. */
  #whereItRuns(): Readonly<Record<string, string>> {
    const { system } = this.#keeper
    if (this.#identity['system'] !== system) this.#identity = identityOf(this.#context.upstream, system)
    return this.#identity
  }

  /** Whether a Parse may leave: a text that is denied whatever its parameters never does. */
  preview({ text, parameterTypes }: ParseMessage, stateUncertain: boolean): MaybePromise<Preview> {
    return this.#connection.admissions.during((signal) =>
      andThen(this.reading.stateFor(text, stateUncertain), (state) =>
        andThen(this.reading.understand(text, state, parameterTypes), (understood) =>
          this.#judge(text, understood, state, signal),
        ),
      ),
    )
  }

  #judge(text: string, understood: Understood, state: ServerState, signal: AbortSignal): MaybePromise<Preview> {
    if (signal.aborted) return { refusal: refusalFrom(signal.reason), text }
    if ('refusal' in understood) {
      this.#context.access.refused(this.#request(understood.description, [], state), understood.refusal)
      return { refusal: understood.refusal, text }
    }
    const { analysis } = understood
    return andThen(this.#ownText(analysis, true), (own) => {
      const refusal = 'refusal' in own ? own.refusal : this.#context.access.preview(analysis.description)
      const early = refusal ?? (analysis.runsInParse ? runsInParse : undefined)
      if (early === undefined) return { text, ...own }
      this.#context.access.refused(this.#request(analysis.description, [], state), early)
      return { refusal: early, text }
    })
  }

  /** Takes a statement to a permit or a refusal. */
  pass(request: PassageRequest): MaybePromise<Passage> {
    return this.#connection.admissions.during((signal) => this.#pass(request, signal, 1))
  }

  #pass(request: PassageRequest, signal: AbortSignal, attempt: number): MaybePromise<Passage> {
    return andThen(this.reading.stateFor(request.text, false), (state) =>
      andThen(this.reading.understand(request.text, state, request.parameterTypes), (understood) => {
        if ('refusal' in understood) {
          this.#context.access.refused(this.#request(understood.description, [], state), understood.refusal)
          return { outcome: 'refused', refusal: understood.refusal }
        }
        return andThen(this.#admit(request, understood.analysis, state, signal), (passage) => {
          if (passage !== 'stale') return passage
          if (attempt === maxAttempts) return { outcome: 'refused', refusal: restless }
          this.#keeper.forget()
          return andThen(request.names.release(), () => this.#pass(request, signal, attempt + 1))
        })
      }),
    )
  }

  #admit(
    request: PassageRequest,
    analysis: Analysis,
    state: ServerState,
    signal: AbortSignal,
  ): MaybePromise<Passage | 'stale'> {
    const unsafe = this.#unsafe(analysis, state)
    const owned = unsafe === undefined ? this.#ownText(analysis, request.extended) : { refusal: unsafe }
    return andThen(owned, (own) => {
      if ('text' in own) return this.#ask(request, analysis, own.text, state, signal)
      this.#context.access.refused(this.#request(analysis.description, request.parameters, state), own.refusal)
      return { outcome: 'refused', refusal: own.refusal }
    })
  }

  /** Why what is known of the target is not enough to decide by. */
  #unsafe({ description, transaction }: Analysis, { catalog }: ServerState): DoorRefusal | undefined {
    const { transactionStatus } = this.#connection
    if (this.#keeper.outdated && transaction === undefined && transactionStatus !== 'E') return outdated
    return this.#context.states.maskedTables.refusal(this.#context.access.maskedColumns(), catalog, description.effects)
  }

  #ask(
    request: PassageRequest,
    analysis: Analysis,
    text: string,
    state: ServerState,
    signal: AbortSignal,
  ): MaybePromise<Passage | 'stale'> {
    const shown = this.#withPrepared(analysis, text)
    const description = shown === request.text ? analysis.description : { ...analysis.description, text: shown }
    let over = false
    const admission = this.#context.access.admit({
      identity: this.#whereItRuns(),
      description,
      parameters: request.parameters,
      stateEpoch: state.key,
      settings: unusualSettings(state),
      inTransaction: this.#connection.transactionStatus !== 'I' || request.laterInBatch,
      signal,
      asking: this.#connection.admissions.asking,
      onHeld: this.#connection.held,
      countsAffected: analysis.countsRows,
      estimate: (stop) =>
        this.#context.plan(
          {
            analysis,
            text,
            parameters: request.parameters,
            parameterTypes: request.parameterTypes ?? [],
            state,
            serverMajor: serverMajor(this.#context.upstream),
          },
          stop,
        ),
      measuresAnswers: true,
      recheck: setsTransaction(analysis) ? undefined : () => this.#keeper.unchanged(state, analysis, () => over),
      prepare: this.#settles(analysis, state)
        ? (id) => this.#settle(request, analysis, this.#signed(text, id))
        : undefined,
    })
    return andThen(admission, (admitted) => {
      over = true
      return this.#passage(admitted, analysis, text, state)
    })
  }

  /**
   * Whether the server locks what the names mean before the last look. A failed transaction parses nothing, and PostgreSQL 18
   * takes several messages without a Sync for a transaction, in which it would declare a cursor that is gone at its end.
   */
  #settles(analysis: Analysis, state: ServerState): boolean {
    const { transactionStatus } = this.#connection
    if (transactionStatus === 'I' && analysis.description.operation === 'declare cursor') return false
    return transactionStatus !== 'E' && settlesNames(analysis, state)
  }

  #settle({ names }: PassageRequest, { uses }: Analysis, sent: string): Promise<void> {
    const { statements } = this.#connection.registry
    return names.take(
      sent,
      uses.flatMap(({ kind, name }) => (kind === 'prepared' ? (statements.get(name) ?? []) : [])),
    )
  }

  /** The text with the action's id, when the target asks for it. */
  #signed(text: string, actionId: string): string {
    return this.#context.statementComments ? `${text}\n/* bothkeys:${actionId} */` : text
  }

  /** EXECUTE with the text that it runs: what people approve, and what rules for texts look at. */
  #withPrepared({ uses }: Analysis, text: string): string {
    if (uses.length === 0) return text
    const { statements } = this.#connection.registry
    const names = uses.filter(({ kind }) => kind === 'prepared').map(({ name }) => name)
    const texts = [...new Set(names)].map(
      (name) => `\n-- prepared as ${JSON.stringify(name)}:\n${statements.get(name)?.text ?? '?'}`,
    )
    return text + texts.join('')
  }

  #passage(
    admission: Admission,
    analysis: Analysis,
    text: string,
    state: ServerState,
  ): MaybePromise<Passage | 'stale'> {
    if (admission.outcome === 'stale') return 'stale'
    if (admission.outcome === 'refused') return admission
    const { permit } = admission
    if (permit.masks !== undefined && analysis.copiesOut.some(({ format }) => format === undefined))
      return andThen(permit.settle({ outcome: 'not-run' }), () => ({ outcome: 'refused', refusal: unsearchable }))
    return { outcome: 'permitted', run: new Run(permit, analysis, state), sent: this.#signed(text, permit.actionId) }
  }

  #ownText(analysis: Analysis, extended: boolean): MaybePromise<OwnText> {
    const { readOnly, parser } = this.#context
    return ownText(analysis, { readOnly, extended, parser, session: this.#session })
  }

  #request(
    description: Description,
    parameters: readonly SnapshotValue[],
    state: ServerState,
  ): Pick<AdapterRequest, 'identity' | 'description' | 'parameters' | 'stateEpoch'> {
    return { identity: this.#whereItRuns(), description, parameters, stateEpoch: state.key }
  }

  /** Why nothing more can be decided in this batch behind this statement, if so. */
  blocksBatch(analysis: Analysis): string | undefined {
    if (!analysis.settingFree) return 'it may change settings'
    if (analysis.changesCatalog) return 'it changes the catalog'
    if (analysis.transaction !== undefined && analysis.transaction.verb !== 'begin') return 'it ends a transaction'
    if (analysis.registry.length > 0) return 'it makes or drops names'
    return undefined
  }

  /** A run is about to be sent. */
  begun(run: Run): void {
    this.left.began(run)
    this.#keeper.begun(run)
  }

  /** A run was answered: the names that it made or dropped are known from now on. Once for each run. */
  finished(run: Run): void {
    noteNames(this.#connection, run)
  }

  /** ReadyForQuery arrived: whatever ran may have changed what the next text means. */
  synced(runs: Iterable<Run>, before: string, after: string): void {
    if (after === 'I') this.left.over()
    this.#keeper.synced(runs, before, after)
  }

  /** The server reported a setting. Throws ERR_TARGET_UNSAFE when the connection must end. */
  parameter(name: string, value: string): void {
    const expected = this.#keeper.expectsSettings(this.#connection.runs)
    const { readOnly } = this.#context
    if (judgeParameter(name, value, { expected, readOnly, session: this.#session }) === 'changed') this.#keeper.forget()
  }

  /** The refusal of a message that could not be read, put on record. */
  refuseUnread(error: unknown): DoorRefusal {
    return this.refuseMessage(refusalFrom(error))
  }

  /** Puts the refusal of a message on record that is not a matter of policy. */
  refuseMessage(refusal: DoorRefusal): DoorRefusal {
    this.#context.access.refused(
      { identity: this.#whereItRuns(), description: unread, parameters: [], stateEpoch: '' },
      refusal,
    )
    return refusal
  }

  closed(): void {
    this.#keeper.closed(this.#context.access)
  }
}
