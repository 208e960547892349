// Masks as many MiB as it is told, on the built package, and prints what memory it had meanwhile as one line of JSON.
import { createHmac } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { builtInDetectors, createMasker } from '@bothkeys/core/masking'

const mebibyte = 1024 * 1024
const wanted = Number(process.argv[2]) * mebibyte
const masker = createMasker({
  detect: [...builtInDetectors.values()],
  with: 'redact',
  key: { mac: (message) => createHmac('sha256', 'a secret').update(message).digest() },
  scope: 'run-1',
})
const lines = Array.from({ length: 700 }, (_, index) => {
  const second = String(index % 60).padStart(2, '0')
  const value = index % 350 === 0 ? ' for jane.doe@example.com' : ''
  return `2026-11-28T07:38:${second}.123Z INFO [pool-1] app.Server - order shipped in ${index} ms${value}\n`
})
const chunk = Buffer.from(lines.join(''))
const samples = []
let [given, taken, hits] = [0, 0, 0]

function sample() {
  globalThis.gc()
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  samples.push({ mib: Math.round(given / mebibyte), heap: heapUsed + external, buffers: arrayBuffers, rss })
}

const source = Readable.from(
  (function* () {
    for (let at = 0; given < wanted; at += 1) {
      if (given >= (wanted * samples.length) / 20) sample()
      given += chunk.length
      yield chunk
    }
  })(),
)
const sink = new Writable({
  write(part, _encoding, done) {
    taken += part.length
    for (let at = part.indexOf('[email]'); at >= 0; at = part.indexOf('[email]', at + 1)) hits += 1
    if (part.includes('jane')) throw new Error('it was not masked')
    done()
  },
})
await pipeline(source, masker.stream(), sink)
sample()
console.log(JSON.stringify({ given, taken, hits, chunks: given / chunk.length, samples }))
