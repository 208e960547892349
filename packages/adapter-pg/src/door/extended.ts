import type { MaybePromise } from '@bothkeys/core/adapter'
import { isPromise, refusalFrom } from '@bothkeys/core/adapter'
import { andThen } from './and-then.js'
import { endsConnection } from './connection-ends.js'
import { DeferredParses } from './deferred-parses.js'
import type { Frame } from './frames.js'
import type { BindMessage, ParseMessage } from './frontend-messages.js'
import { bindsStatement, parameterSnapshots, readBind, readExecute, readNamed, readParse } from './frontend-messages.js'
import { assertRoom, assertRoomToBind } from './kept-names.js'
import type { Line } from './line.js'
import { refusedParse } from './marker.js'
import { describePortal, flush, parse, sync } from './messages.js'
import type { NameLock } from './name-lock.js'
import { lockNames } from './name-lock.js'
import { isTaken } from './taken-portals.js'
import { duplicate, otherMeaning, otherNames, unknownName } from './name-refusals.js'
import { refuseName } from './names.js'
import { type DoorRefusal, laterInBatch } from './refusal-response.js'
import type { Portal, PreparedStatement } from './registry.js'
import type { Run } from './run.js'
import { type Slot, describedUnseen } from './slots.js'
import type { Passage } from './passage.js'
import type { StatementFlow } from './statement-flow.js'

/**
 * The extended query protocol. A Parse whose text is denied whatever its parameters never leaves, nor does one that runs
 * functions by itself without its Bind right behind it; any other Parse waits until something uses the statement; one with
 * its Bind right behind it is decided with that. The decision is taken anew at every Bind, because Bind alone already runs
 * functions at plan time; Execute only goes on with what a Bind was permitted, as long as what let it through counts, and
 * begins with it within the guard's deadline.
 */
export class ExtendedProtocol {
  readonly #connection: Line
  readonly #flow: StatementFlow
  /** Whether messages were sent that no Sync has ended yet. */
  #open = false
  readonly #deferred = new DeferredParses({
    send: (bytes, slot) => this.#send(bytes, slot),
    lost: (statement) => this.parsed(statement, false),
  })
  /** Why no further Bind may be decided before the next Sync. */
  #blocked: string | undefined
  /** Whether a message of the batch was refused: the server ignores what follows. */
  #refused = false
  /** Whether the batch runs anything. */
  #ran = false
  /** The portal of the last Bind as long as nothing came between, not even a wait for the client. */
  #bound: Portal | undefined

  constructor(connection: Line, flow: StatementFlow) {
    this.#connection = connection
    this.#flow = flow
  }

  get open(): boolean {
    return this.#open
  }

  /**
   * Why no simple query can be decided before the next Sync, if so. PostgreSQL 15 commits with it what the batch did before;
   * 18 leaves that open until a Sync. The outcome could not be told.
   */
  get blocked(): string | undefined {
    return this.#blocked ?? (this.#ran ? 'whether a simple query ends the batch differs between servers' : undefined)
  }

  /** Whether there are messages, sent or not, that no Sync has ended yet. */
  get unfinished(): boolean {
    return this.#open || this.#deferred.size > 0
  }

  /** Lets the batch come to rest without a Sync: everything is sent and answered. */
  async finish(): Promise<void> {
    this.#deferred.flush()
    this.#send(flush, undefined)
    await this.#connection.quiet()
  }

  /** ReadyForQuery arrived. */
  synced(): void {
    this.#open = this.#refused = this.#ran = false
    this.#blocked = this.#bound = undefined
  }

  /** A Parse was answered, or skipped by the server. */
  parsed(statement: PreparedStatement, ok: boolean): void {
    const { statements } = this.#connection.registry
    if (!ok && statements.get(statement.name) === statement) this.#connection.registry.forget(statement.name)
  }

  handle(frame: Frame): MaybePromise<void> {
    if (String.fromCharCode(frame.type) === 'S') return this.#sync(frame.bytes)
    if (this.#connection.skipping || this.#refused) {
      // The server ignores everything until Sync; so does the door, and what never left is forgotten.
      this.#deferred.forget()
      return
    }
    try {
      const step = this.#step(frame)
      return isPromise(step) ? step.catch((error: unknown) => this.#failed(error)) : step
    } catch (error) {
      this.#failed(error)
    }
  }

  /** A message that could not be read is refused like a statement; anything else ends the connection. */
  #failed(error: unknown): void {
    if (this.#connection.closed || endsConnection(error)) throw error
    if (this.#connection.failure?.told === true) return
    this.#refuse(this.#flow.refuseUnread(error))
  }

  #step(frame: Frame): MaybePromise<void> {
    const type = String.fromCharCode(frame.type)
    const bound = this.#bound
    this.#bound = 'DH'.includes(type) && this.#connection.upcoming !== undefined ? bound : undefined
    switch (type) {
      case 'P':
        return this.#parse(readParse(frame.bytes), frame.bytes)
      case 'B':
        return this.#bind(readBind(frame.bytes), frame.bytes)
      case 'D':
        return this.#describe(frame.bytes)
      case 'E':
        return this.#execute(frame.bytes, bound)
      case 'C':
        return this.#close(frame.bytes)
      default:
        this.#deferred.flush()
        this.#send(frame.bytes, undefined)
    }
  }

  #sync(bytes: Buffer): MaybePromise<void> {
    if (this.#connection.skipping) this.#deferred.forget()
    else {
      this.#deferred.flush()
      const refusal = this.#ran && !this.#refused ? this.#flow.left.refusesSync() : undefined
      if (refusal !== undefined) this.#refuseMessage(refusal)
    }
    this.#send(bytes, { kind: 'sync' })
    return this.#connection.quiet()
  }

  #parse(message: ParseMessage, bytes: Buffer): MaybePromise<void> {
    const { registry } = this.#connection
    const unusable = refuseName(message.name) ?? this.#unsettledName(message.name)
    if (unusable !== undefined) return this.#refuseMessage(unusable)
    if (message.name !== '' && registry.statements.has(message.name)) {
      return this.#refuseMessage(duplicate('prepared statement', '42P05'))
    }
    assertRoom(message.name, registry.kept)
    const { upcoming } = this.#connection
    if (upcoming !== undefined && bindsStatement(upcoming, message.name)) {
      this.#deferred.leaveUndecided(this.#keep(message, bytes))
      return
    }
    return andThen(this.#flow.preview(message, this.#blocked !== undefined), (preview) => {
      if (preview.refusal === undefined) this.#keep(message, bytes, preview.text)
      else this.#refuse(preview.refusal)
    })
  }

  #keep(message: ParseMessage, bytes: Buffer, text = message.text): PreparedStatement {
    this.#deferred.flush()
    const statement: PreparedStatement = {
      name: message.name,
      text: message.text,
      parameterTypes: message.parameterTypes,
      deferred: text === message.text ? bytes : parse(message.name, Buffer.from(text, 'utf8'), message.parameterTypes),
    }
    this.#connection.registry.keep(statement)
    this.#deferred.add(statement)
    return statement
  }

  #bind(message: BindMessage, bytes: Buffer): MaybePromise<void> {
    const { registry } = this.#connection
    const unusable = refuseName(message.statement) ?? refuseName(message.portal)
    if (unusable !== undefined) return this.#refuseMessage(unusable)
    const statement = registry.statements.get(message.statement)
    if (statement === undefined) return this.#refuseMessage(unknownName('prepared statement', '26000'))
    return andThen(isTaken(this.#connection, message.portal), (taken) => {
      // The server failed an earlier message meanwhile and ignores this one.
      if (this.#connection.skipping) return
      if (taken) return this.#refuseMessage(duplicate('portal', '42P03'))
      assertRoomToBind(message.portal, registry.kept, this.#connection.runs.size)
      if (this.#blocked !== undefined) return this.#refuseMessage(laterInBatch(this.#blocked))
      const passage = this.#flow.pass({
        text: statement.text,
        parameters: parameterSnapshots(message, statement.parameterTypes),
        parameterTypes: statement.parameterTypes,
        extended: true,
        laterInBatch: this.#connection.runs.size > 0,
        names: this.#namesOf(statement),
      })
      return andThen(passage, (passed) => this.#bindPassed(message.portal, bytes, statement, passed))
    })
  }

  #namesOf(statement: PreparedStatement): NameLock {
    return {
      take: (sent, runs) => {
        // The server failed an earlier message meanwhile and would never answer.
        if (this.#connection.skipping) return Promise.resolve()
        const known = statement.deferred === undefined ? [statement] : []
        this.#deferred.decided(statement, sent)
        for (const each of [...known, ...runs]) lockNames(each, (bytes, slot) => this.#send(bytes, slot))
        return this.#connection.answered()
      },
      release: () => {
        const { runs, skipping, transactionStatus } = this.#connection
        // A Sync would end what the client bound or ran before.
        if (!this.#open || runs.size > 0 || skipping || transactionStatus !== 'I') return
        this.#send(sync, { kind: 'sync', own: true })
        return this.#connection.quiet()
      },
    }
  }

  #bindPassed(portal: string, bytes: Buffer, statement: PreparedStatement, passage: Passage): MaybePromise<void> {
    if (passage.outcome === 'refused') {
      this.#refuse(passage.refusal, statement)
      return
    }
    const { run } = passage
    // The server may have failed an earlier message meanwhile: then it would ignore this one.
    if (this.#connection.skipping) return run.permit.settle({ outcome: 'not-run' })
    this.#connection.begin(run)
    this.#deferred.decided(statement, passage.sent)
    this.#forgetPortal(portal)
    const made = this.#connection.registry.bind(portal, run)
    if (this.#connection.upcoming !== undefined) this.#bound = made
    this.#blocked = this.#flow.blocksBatch(run.analysis)
    this.#send(bytes, { kind: 'bind', run })
    // Whatever the client knows of the columns, its rows are masked by what the server says of this portal.
    if (run.permit.masks !== undefined) this.#send(describePortal(portal), describedUnseen(run))
  }

  #describe(bytes: Buffer): void {
    const { kind, name } = readNamed(bytes)
    const unusable = refuseName(name)
    if (unusable !== undefined) return this.#refuseMessage(unusable)
    const { statements, portals } = this.#connection.registry
    if (!(kind === 'S' ? statements.has(name) : portals.has(name))) {
      this.#refuseMessage(kind === 'S' ? unknownName('prepared statement', '26000') : unknownName('portal', '34000'))
      return
    }
    this.#deferred.flush()
    this.#send(bytes, { kind: 'describe' })
  }

  #execute(bytes: Buffer, bound: Portal | undefined): MaybePromise<void> {
    const name = readExecute(bytes)
    const unusable = refuseName(name) ?? this.#unsettledName(name)
    if (unusable !== undefined) return this.#refuseMessage(unusable)
    const portal = this.#connection.registry.portals.get(name)
    if (portal?.run === undefined) return this.#refuseMessage(unknownName('portal', '34000'))
    const { run, namesAt } = portal
    // EXECUTE and FETCH find what they name when they run, not when they were bound.
    if (run.analysis.uses.length > 0 && (namesAt !== this.#connection.registry.changes || this.#changesNames()))
      return this.#refuseMessage(otherNames)
    if (run.handedOutSome || portal === bound) return this.#run(run, bytes)
    return this.#flow.reading.isAsDecided(run).then((same) => {
      // The server failed an earlier message meanwhile and ignores this one.
      if (this.#connection.skipping) return
      return same ? this.#run(run, bytes) : this.#refuseMessage(otherMeaning)
    })
  }

  #run(run: Run, bytes: Buffer): MaybePromise<void> {
    try {
      run.permit.run()
      this.#flow.left.assertMayEnd(run)
    } catch (error) {
      this.#refuseMessage(refusalFrom(error))
      return
    }
    this.#deferred.flush()
    this.#ran = true
    run.started()
    this.#connection.track(run)
    this.#send(bytes, { kind: 'execute', run })
    if (run.bounded) return this.#count(run)
  }

  /** Waits for the count of the rows, and has the server undo what is more than the permit allows. */
  async #count(run: Run): Promise<void> {
    this.#send(flush, undefined)
    await this.#connection.answered()
    if (run.exceeds) this.#refuse(run.exceeded())
  }

  #close(bytes: Buffer): void {
    const { kind, name } = readNamed(bytes)
    const unusable = refuseName(name) ?? this.#unsettledName(name)
    if (unusable !== undefined) return this.#refuseMessage(unusable)
    this.#deferred.flush()
    this.#send(bytes, { kind: 'close' })
    if (kind === 'S') {
      this.#connection.registry.forget(name)
      return
    }
    this.#forgetPortal(name)
  }

  /** What a text of this batch does to names is known only when the batch has been answered. */
  #unsettledName(name: string): DoorRefusal | undefined {
    return name !== '' && this.#changesNames() ? laterInBatch('it makes or drops names') : undefined
  }

  #changesNames(): boolean {
    for (const run of this.#connection.runs) if (run.isUnderWay && run.analysis.registry.length > 0) return true
    return false
  }

  /** The portal is closed or replaced: its outcome is recorded with the next ReadyForQuery. */
  #forgetPortal(name: string): void {
    for (const run of this.#connection.registry.dropPortal(name)) {
      run.close()
      this.#connection.track(run)
    }
  }

  /** As `refuse`, for what the policy was not asked about: on record, too. */
  #refuseMessage(refusal: DoorRefusal): void {
    this.#refuse(this.#flow.refuseMessage(refusal))
  }

  /** The refusal takes the message's place in the batch. `never` is a statement whose text must not leave. */
  #refuse(refusal: DoorRefusal, never?: PreparedStatement): void {
    // The server failed an earlier message meanwhile and ignores this one.
    if (this.#connection.skipping) {
      this.#connection.tell(refusal)
      return
    }
    if (never?.deferred !== undefined) this.#deferred.drop(never)
    this.#deferred.flush()
    this.#send(refusedParse, { kind: 'refused', refusal })
    this.#refused = true
  }

  #send(bytes: Buffer, slot: Slot | undefined): void {
    this.#open = true
    this.#connection.send(bytes, slot)
  }
}
