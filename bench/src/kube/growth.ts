import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What a child says of its memory. */
export interface Growth {
  /** How much it read. */
  readonly megabytes: number
  readonly heapMiB: number
  readonly bufferMiB: number
  readonly residentMiB: number
}

/** What a child says of its watches. */
export interface Watched {
  readonly events: number
  readonly masked: number
  readonly milliseconds: number
  readonly heapKiB: number
  readonly bufferKiB: number
}

/** What is left after a collection, in bytes. */
export function readMemory(): { readonly heap: number; readonly buffers: number; readonly resident: number } {
  if (globalThis.gc === undefined) throw new Error('run by the benchmark, with --expose-gc')
  globalThis.gc()
  const { arrayBuffers, external, heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, buffers: external + arrayBuffers, resident: rss }
}

export const mebibytes = (bytes: number): number => bytes / 2 ** 20

/** Runs a program beside this file, whose memory is its own, and answers what it prints. */
export async function measuredBy<Said>(program: string, args: readonly string[]): Promise<Said> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const all = ['--expose-gc', '--import', 'tsx', file, ...args]
  const { stdout } = await promisify(execFile)(process.execPath, all, { timeout: 300_000 })
  return JSON.parse(stdout) as Said
}
