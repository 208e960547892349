import type { Outcome } from '@bothkeys/core/adapter'
import type { JsonObject, JsonValue } from '../json.js'
import { maskBody } from '../masking/mask-body.js'
import type { MaskContext } from '../masking/mask-context.js'
import { isList, isObject, own, ownText } from '../masking/members.js'
import { BrokenStream } from './broken-stream.js'

/** How a process ended, as the API server says it in a Status. */
export interface ExitStatus {
  /** Of the Status, with everything masked that a rule detects. */
  readonly shown: Buffer
  readonly outcome: Pick<Outcome, 'outcome' | 'error'>
  /** `exit 3`, or what else is known. */
  readonly said: string
}

/** Reads the last message of a process. Throws for what is no Status, and ERR_INTERNAL when it cannot be masked. */
export async function exitStatus(data: Uint8Array, context: MaskContext): Promise<ExitStatus> {
  const status = statusIn(data)
  // The kubelet leaves out what kind it is.
  const whole = Buffer.from(JSON.stringify({ ...status, kind: 'Status' }))
  const parts: Buffer[] = []
  for await (const part of maskBody(only(whole), context)) parts.push(part)
  const masked = JSON.parse(Buffer.concat(parts).toString('utf8')) as JsonObject
  const { kind: _kind, ...rest } = masked
  const shown = Buffer.from(JSON.stringify(Object.hasOwn(status, 'kind') ? masked : rest))
  const code = exitCode(status)
  if (code === '0') return { shown, said: 'exit 0', outcome: { outcome: 'completed' } }
  if (code !== undefined) return { shown, said: `exit ${code}`, outcome: { outcome: 'failed', error: code } }
  // It may have run, and what it ended with is lost.
  return { shown, said: 'no exit code', outcome: { outcome: 'unknown' } }
}

function statusIn(data: Uint8Array): JsonObject {
  try {
    const status = JSON.parse(Buffer.from(data).toString('utf8')) as JsonValue
    if (isObject(status) && ['Success', 'Failure'].includes(ownText(status, 'status') ?? '')) return status
  } catch {
    // What a parser throws quotes what it read.
  }
  throw new BrokenStream('what should say how the process ended is no Status')
}

function exitCode(status: JsonObject): string | undefined {
  if (ownText(status, 'status') === 'Success') return '0'
  const details = own(status, 'details')
  const causes = isObject(details) ? own(details, 'causes') : undefined
  if (!isList(causes) || ownText(status, 'reason') !== 'NonZeroExitCode') return undefined
  const cause = causes.find((each) => isObject(each) && ownText(each, 'reason') === 'ExitCode')
  const code = isObject(cause) ? ownText(cause, 'message') : undefined
  return code !== undefined && /^[1-9][0-9]{0,9}$/.test(code) ? code : undefined
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(bytes)
}
