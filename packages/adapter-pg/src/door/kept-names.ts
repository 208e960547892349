import { BothKeysError } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'

/** How many prepared statements, portals and cursors a connection may keep. */
const maxNames = 10_000
/** How many bytes their texts may take, at two for a character. The one that passes it is kept. */
const maxBytes = 32 * 1024 * 1024
/** How many portals a batch may bind before its Sync: the door keeps each until its outcome is on record. */
const maxBound = 100_000

/** A name and the text that it stands for. */
interface Named {
  readonly name: string
  readonly text: string
}

/** The prepared statements of a connection, with what they take. */
export class KeptStatements<Statement extends Named> {
  readonly #byName = new Map<string, Statement>()
  #bytes = 0

  /** What is kept, to look at. */
  get byName(): ReadonlyMap<string, Statement> {
    return this.#byName
  }

  get bytes(): number {
    return this.#bytes
  }

  set(statement: Statement): void {
    this.delete(statement.name)
    this.#byName.set(statement.name, statement)
    this.#bytes += bytesOf(statement)
  }

  delete(name: string): void {
    const known = this.#byName.get(name)
    if (known !== undefined) this.#bytes -= bytesOf(known)
    this.#byName.delete(name)
  }
}

/** What a connection keeps by name. */
export interface Kept {
  readonly names: number
  readonly bytes: number
}

/** Throws ERR_LIMIT_EXCEEDED when a connection may keep no further name. The unnamed ones take the place of others. */
export function assertRoom(name: string, { bytes, names }: Kept): void {
  if (name === '' || (names < maxNames && bytes < maxBytes)) return
  throw new BothKeysError(
    'ERR_LIMIT_EXCEEDED',
    `refused: the connection keeps as many prepared statements, portals and cursors as it may: ${String(maxNames)}, or ${String(maxBytes / 1024 / 1024)} MiB of text`,
    { hint: 'close or deallocate some, or use another connection' },
  )
}

/** As `assertRoom`, for a text that makes names. */
export function assertRoomFor({ registry }: Analysis, kept: Kept): void {
  for (const change of registry)
    if (change.kind === 'prepare' || change.kind === 'declare-cursor') assertRoom(change.name, kept)
}

/** As `assertRoom`, for a portal behind as many of the same batch. */
export function assertRoomToBind(portal: string, kept: Kept, bound: number): void {
  assertRoom(portal, kept)
  if (bound < maxBound) return
  throw new BothKeysError(
    'ERR_LIMIT_EXCEEDED',
    `refused: ${String(maxBound)} portals were bound since the last Sync, which is as many as a batch may hold`,
    { hint: 'send a Sync' },
  )
}

function bytesOf({ name, text }: Named): number {
  return 2 * (name.length + text.length)
}
