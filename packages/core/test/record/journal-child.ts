/**
 * A process that works on a journal until it is killed. `append DIR`: appends events and prints each lsn once it is
 * acknowledged. `compete`: opens and closes journals as it is told on its input, and prints what came of it.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { BothKeysError } from '../../src/errors.js'
import { systemClock } from '../../src/model/clock.js'
import { fileJournal } from '../../src/record/file-journal.js'
import type { Journal } from '../../src/record/journal.js'

const context = { recorder: 'bothkeys', clock: systemClock }
const [mode, directory = ''] = process.argv.slice(2)

if (mode === 'append') await append()
else await compete()

async function append(): Promise<void> {
  const journal = await fileJournal(directory, { segmentBytes: 20_000 }).open(context)
  say('ready')
  const one = async (session: string): Promise<void> => {
    for (let n = 0; ; n++) {
      const durability = n % 3 === 0 ? 'synced' : 'written'
      const body = { n, pad: 'y'.repeat((n * 37) % 3000) }
      const { lsn } = await journal.append({ type: 'target.internal', session, body }, durability)
      say(`${String(lsn)} ${String(n)}`)
      if (durability === 'written') await new Promise(setImmediate)
    }
  }
  await Promise.all(['a', 'b', 'c'].map(one))
}

async function compete(): Promise<void> {
  let journal: Journal | undefined
  say('ready')
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, where = ''] = line.split(' ')
    if (command === 'open') {
      try {
        journal = await fileJournal(where, { reserveBytes: 16 }).open(context)
        await journal.append({ type: 'target.internal', session: 's', body: { pid: process.pid } }, 'synced')
        say('owner')
      } catch (error) {
        say(error instanceof BothKeysError ? `${error.code} ${error.message}` : String(error))
      }
    } else {
      await journal?.close()
      journal = undefined
      say('closed')
    }
  }
}

function say(text: string): void {
  writeSync(1, `${text}\n`)
}
