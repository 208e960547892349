import type * as files from 'node:fs/promises'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { jsonlSink } from '../../src/sinks/jsonl.js'
import { batchOf, journalOf, most, never, ownDirectory } from './support.js'

vi.mock('node:fs/promises', { spy: true })

const own = ownDirectory()
/** What was synced, in order. */
let synced: unknown[] = []

beforeEach(async () => {
  synced = []
  const { open: real } = await vi.importActual<typeof files>('node:fs/promises')
  vi.mocked(open).mockImplementation(async (path, ...rest) => {
    const file: FileHandle = await real(path, ...rest)
    for (const way of ['sync', 'datasync'] as const) {
      const done = file[way].bind(file)
      file[way] = async () => {
        await done()
        synced.push(path)
      }
    }
    return file
  })
})

describe('a JSONL sink', () => {
  it('has the name of its file on disk before a batch is taken, of each file that it begins', async () => {
    const path = join(own.path, 'events.jsonl')
    const sink = jsonlSink({ name: 'archive', path, rotateBytes: 1 })
    const batch = batchOf(...(await (await journalOf(2)).follow!('t', () => undefined).next(most)))
    for (let index = 0; index < 2; index++) expect(await sink.deliver(batch, never)).toEqual({ outcome: 'taken' })
    await sink.close?.()
    expect(synced).toEqual([own.path, path, own.path, path])
  })
})
