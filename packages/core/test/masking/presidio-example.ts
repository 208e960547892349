import type { AsyncDetector, AsyncMatch, Hints } from '@bothkeys/core/masking'

/** What Presidio answers for each part that it finds. */
interface Recognized {
  readonly start: number
  readonly end: number
  readonly entity_type: string
  readonly score: number
}

const mostBytes = 1_000_000

/** Asks a Presidio analyzer, for example `http://127.0.0.1:5002`, for the entities given by their names there. */
export function presidio(url: string, entities: Readonly<Record<string, string>>): AsyncDetector {
  const analyze = async (text: string, { field }: Hints, signal: AbortSignal): Promise<readonly AsyncMatch[]> => {
    const context = field === undefined ? {} : { context: [field] }
    const body = JSON.stringify({ text, language: 'en', entities: Object.keys(entities), ...context })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(new URL('/analyze', url), { method: 'POST', headers, body, signal, redirect: 'error' })
    if (!response.ok) throw new Error(`the analyzer answered ${String(response.status)}`)
    const found = JSON.parse(await readAtMost(response, mostBytes)) as readonly Recognized[]
    // Python counts code points, and a text here counts UTF-16 code units.
    const units = unitsOf(text)
    return found.map(({ start, end, entity_type: entity, score }) => ({
      start: units[start] ?? -1,
      end: units[end] ?? -1,
      type: entities[entity] ?? entity,
      score,
    }))
  }
  return {
    name: 'presidio',
    types: Object.values(entities),
    find: (texts, hints, signal) => Promise.all(texts.map((text, index) => analyze(text, hints[index] ?? {}, signal))),
  }
}

/** Where each code point starts, and where the last one ends. */
function unitsOf(text: string): readonly number[] {
  const units = [0]
  for (const point of text) units.push((units.at(-1) ?? 0) + point.length)
  return units
}

async function readAtMost(response: Response, most: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > most) throw new Error('the analyzer answers too much')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
