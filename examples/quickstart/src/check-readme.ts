import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Tells the story, and fails unless the README shows lines that it really prints, in their order. */
const printed = await runStory()
const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
const shown = linesOf(/^```text\n(.*?)^```/ms.exec(readme)?.[1] ?? '')
if (shown.length === 0) throw new Error('README.md shows no output of the quickstart')
let from = 0
for (const line of shown) {
  const at = printed.indexOf(line, from)
  if (at === -1) throw new Error(`README.md shows what the quickstart does not print, or not in this order: ${line}`)
  from = at + 1
}
console.log(`README.md shows ${String(shown.length)} lines of this.`)

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

async function runStory(): Promise<readonly string[]> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const story = spawn(process.execPath, [...process.execArgv, main], { stdio: ['inherit', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  story.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    process.stdout.write(chunk)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    story.once('error', reject)
    story.once('close', resolve)
  })
  if (code !== 0) throw new Error('the quickstart failed')
  return linesOf(Buffer.concat(chunks).toString('utf8'))
}
