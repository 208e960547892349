import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { OpenRecording } from './recording.js'

/**
 * Keeps recordings in a directory, each in a file of its own that only this user may read: `<actionId>.cast`. The directory is made
 * where there is none. Opening rejects when the file is there already. What was written is on disk before a recording counts as ended.
 *
 * @example
 * kubernetes('prod', kubeConfig, { recordings: fileRecordings('/var/lib/bothkeys/recordings') })
 */
export function fileRecordings(directory: string): OpenRecording {
  return async ({ actionId }) => {
    if (!/^[\w-]{1,128}$/.test(actionId)) {
      throw new BothKeysError('ERR_INTERNAL', 'the action has an id that cannot be the name of a file')
    }
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const file = await open(join(directory, `${actionId}.cast`), 'wx', 0o600)
    return file.createWriteStream({ flush: true })
  }
}
