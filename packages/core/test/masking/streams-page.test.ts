import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createMasker, detectorsNamed } from '../../src/masking/index.js'
import { maskedAnswer, showMasked } from './streams-example.js'
import { parts } from './support/mask-key.js'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const page = read('../../../../docs/masking-detectors.md')
const masker = createMasker({ detect: detectorsNamed(['email', 'credit-card']), with: 'redact', ...parts })

describe('docs/masking-detectors.md', () => {
  it('shows the example of streams that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${read('streams-example.ts')}\`\`\``)
  })

  it('has an example that masks what a program prints, and shows what it asks for', async () => {
    const [output, screen] = [new PassThrough(), new PassThrough()]
    const shown = showMasked(output, screen, masker, new AbortController().signal)
    output.write('card 4111 1111')
    output.write(' 1111 1111\nPassword: ')
    let seen = ''
    for await (const part of screen) {
      seen += String(part)
      if (seen.endsWith('Password: ')) output.end()
    }
    await shown
    expect(seen).toBe('card [credit-card]\nPassword: ')
  })

  it('has an example that masks an answer', async () => {
    const answer = maskedAnswer(new Response('to jane.doe@example.com', { status: 404 }), masker)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toBe('to [email]')
  })
})
