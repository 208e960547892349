import { seededRandom } from './statistics.js'

const messages: readonly string[] = [
  'request completed',
  'connection established',
  'could not acquire lock, retrying',
  'cache refreshed',
  'reconcile started',
  'slow query detected',
  'payload validated against schema v2',
]
const paths: readonly string[] = ['/api/v1/orders', '/healthz', '/static/js/main.chunk.js', '/internal/metrics']

/** Lines of JSON that services log and nothing sensitive is in, with ids, times and escapes; the same for the same size. */
export function jsonLogText(characters: number): string {
  const random = seededRandom(43)
  const below = (most: number): number => Math.floor(random() * most)
  const of = (texts: readonly string[]): string => texts[below(texts.length)] ?? ''
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('')
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
  const time = (): number => 1_790_000_000_000 + below(1e9)
  const stamp = (): string => new Date(time()).toISOString()
  const makers: readonly (() => unknown)[] = [
    () => ({
      level: 30,
      time: time(),
      pid: below(30_000),
      hostname: `api-${hex(9)}-${hex(5)}`,
      reqId: uuid(),
      req: { method: 'GET', url: `${of(paths)}?limit=${String(below(100))}&offset=${String(below(1000))}` },
      res: { statusCode: 200 },
      responseTime: below(100_000) / 100,
      msg: of(messages),
    }),
    () => ({
      '@timestamp': stamp(),
      'log.level': 'INFO',
      message: of(messages),
      'process.thread.name': `http-nio-8080-exec-${String(below(200))}`,
      'log.logger': 'com.example.shop.OrderController',
      'trace.id': hex(32),
      'transaction.id': hex(16),
    }),
    () => ({
      ts: time() / 1000,
      caller: `controller/controller.go:${String(below(900))}`,
      level: 'info',
      msg: of(messages),
      namespace: 'default',
      name: `web-${hex(10)}-${hex(5)}`,
      reconcileID: uuid(),
    }),
    () => ({ time: stamp(), stream: 'stdout', log: `[${stamp()}] "${of(paths)}" 200 ${String(below(90_000))}\n` }),
    () => ({
      level: 'debug',
      sql: 'select o.id, o.total from orders o where o.created_at > $1 and o.status = $2 limit 50',
      params: [stamp(), 'open'],
      rows: below(50),
      ms: below(900) / 10,
    }),
  ]
  let text = ''
  while (text.length < characters) text += `${JSON.stringify(makers[below(makers.length)]?.())}\n`
  return text
}
