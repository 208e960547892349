import { createHash } from 'node:crypto'
import type { LogRecord } from './log-records.js'

/** What a receiver of logs has, once it has left out what came twice. */
export class Arrived {
  /** In the order in which they came first. */
  readonly records: readonly LogRecord[]
  /** How many came again. */
  readonly again: number

  constructor(all: readonly LogRecord[]) {
    const byHash = new Map<string, LogRecord>()
    for (const record of all) {
      const hash = attributeOf(record, 'bothkeys.hash')
      if (!byHash.has(hash)) byHash.set(hash, record)
    }
    this.records = [...byHash.values()]
    this.again = all.length - byHash.size
  }

  /** What was recorded, as the receiver has it. */
  get texts(): readonly string[] {
    return this.records.map(({ body }) => body.stringValue)
  }

  /** Whether each text is what its hash was made of, so that nobody has changed it on the way. */
  get verify(): boolean {
    return this.records.every(
      (record) =>
        attributeOf(record, 'bothkeys.hash') ===
        createHash('sha256').update(`\0${record.body.stringValue}`).digest('hex'),
    )
  }

  /** How many records belong to a trace. */
  ofTrace(traceId: string): number {
    return this.records.filter((record) => record.traceId === traceId).length
  }
}

/** An attribute of a record as text. */
export function attributeOf({ attributes }: LogRecord, name: string): string {
  const value = attributes.find(({ key }) => key === name)?.value
  if (value === undefined) return ''
  return 'stringValue' in value ? value.stringValue : value.intValue
}
