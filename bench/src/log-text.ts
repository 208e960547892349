import { seededRandom } from './statistics.js'

const words =
  'order shipped to the warehouse for customer while processing batch request completed retry scheduled after connection pool exhausted cache miss inventory upstream service started worker received signal memory usage below threshold queue depth'.split(
    ' ',
  )

/** Lines of logs in ASCII that hold nothing sensitive: applications, JSON, requests, stack traces; the same for the same size. */
export function logText(characters: number): string {
  const random = seededRandom(42)
  const below = (most: number): number => Math.floor(random() * most)
  const two = (most: number): string => String(below(most)).padStart(2, '0')
  const phrase = (count: number): string => Array.from({ length: count }, () => words[below(words.length)]).join(' ')
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('')
  const stamp = (): string =>
    `2026-11-${String(10 + below(20))}T${two(24)}:${two(60)}:${two(60)}.${String(100 + below(900))}Z`
  const makers: readonly (() => string)[] = [
    () =>
      `${stamp()} INFO  [pool-${String(below(20))}-thread-${String(below(99))}] o.s.web.DispatcherServlet - ${phrase(6)} in ${String(below(999))} ms`,
    () => `${stamp()} level=info trace_id=${hex(32)} msg="${phrase(8)}" duration_ms=${String(below(5000))} status=200`,
    () => `{"time":"${stamp()}","level":"debug","logger":"app.orders","msg":"${phrase(7)}","order_id":${String(below(9e6))}}`,
    () =>
      `${stamp()} "GET /api/v1/${phrase(1)}/${String(below(999_999))}?page=${String(below(99))}&limit=50 HTTP/1.1" 200 ${String(below(99_999))}`,
    () => `    at ${phrase(1)}.${phrase(1)} (/app/node_modules/${phrase(1)}/index.js:${String(below(900))}:${String(below(80))})`,
  ]
  let text = ''
  while (text.length < characters) text += `${makers[below(makers.length)]?.() ?? ''}\n`
  return text
}
