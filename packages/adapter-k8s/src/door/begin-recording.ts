import { BothKeysError, type Permit } from '@bothkeys/core/adapter'
import { Recorder, type RecordedProcess } from '../recordings/recorder.js'
import type { OpenRecording } from '../recordings/recording.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { processFacts } from '../streams/process-facts.js'
import { untilAborted } from '../streams/until-aborted.js'
import type { ExchangeContext } from './exchange.js'

/** Begins the recording of an exec or an attach, where any is made. What cannot be recorded is not run. */
export async function beginRecording(
  { access, mostRecordedBytes, recordings }: ExchangeContext,
  request: CanonicalRequest,
  permit: Permit,
  signal: AbortSignal,
): Promise<Recorder | undefined> {
  const { info, kind } = request
  if (recordings === undefined || !info.isResource || (kind !== 'exec' && kind !== 'attach')) return undefined
  const { command, container } = processFacts(request)
  const of = {
    actionId: permit.actionId,
    sessionId: access.sessionId,
    kind,
    namespace: info.namespace,
    pod: info.name,
    container,
  }
  const words = command.map(quoted).join(' ')
  const shown = permit.masks?.content === undefined ? words : permit.masks.content.text(words, undefined)
  const begun = begin(recordings, { ...of, command: shown ?? '' }, mostRecordedBytes)
  try {
    return await untilAborted(begun, signal)
  } catch (cause) {
    // One that opens later is nobody's.
    begun.then(
      (late) => {
        late.abandon()
      },
      () => undefined,
    )
    await permit.settle({ outcome: 'not-run' })
    throw new BothKeysError('ERR_INTERNAL', 'no recording could be begun, so nothing was sent', {
      hint: 'have the place of the recordings looked at',
      cause,
    })
  }
}

async function begin(recordings: OpenRecording, of: RecordedProcess, mostBytes?: number): Promise<Recorder> {
  return Recorder.begin(await recordings(of), of, mostBytes)
}

/** As a shell would have it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
