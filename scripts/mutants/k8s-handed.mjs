import { guards, test } from './k8s-guards.mjs'

/** What a client hands over is what a wire would carry, and its answer comes whole or not at all. */
export const k8sHandedGuards = [
  ...guards('door/handed-request', test('door/handed'), [
    ['what may be taken back is sent by a wire', '  if (asked.getSignal() !== undefined) return undefined\n'],
    ['a method is a text that is known', "typeof method !== 'string' || !isMethod(method) || ", ''],
    ['what is only read has no body', "method === 'GET' || ", ''],
    ['a body has a type', " || headers['content-type'] === undefined", ''],
    ['a place is a text', "typeof url !== 'string' || ", ''],
    ['a place is behind the door', '!url.startsWith(`${governedServer}/`)', "!url.startsWith('http')"],
    ['a place is written as everybody writes it', 'plainTarget.test(target) && ', ''],
    ['a place has no dot segments', '!dotSegment.test(target) && ', ''],
    ['what is followed is sent by a wire', ' && !followed.test(target)', ''],
    ['what is followed in other letters is, too', '|[^=&]*%)', ')'],
    ['headers are those of operations', '!headerNames.has(key) || ', ''],
    ['a header is there once', 'headers.has(key) || ', ''],
    ['a header is a text', "typeof value !== 'string' || ", ''],
    ['a header is written as everybody writes it', ' || !plainValue.test(value)', ''],
    ['who sends says what they take', "headers.has('accept') ? Object", 'headers.size >= 0 ? Object'],
    [
      'a body is a text',
      "typeof body === 'string' ? Buffer.from(body, 'utf8')",
      "body !== null ? Buffer.from(String(body), 'utf8')",
    ],
  ]),
  ...guards('door/handing', test('door/handed'), [
    ['what leads to no door is not handed over', 'leads === agent || leads === dispatcher', 'leads !== null'],
  ]),
  ...guards('door/read-request', test('door/handed'), [
    [
      'what is handed over is no larger than others',
      '  if (length > mostBytes) return tooLarge()\n  return length > 0',
      '  return length > 0',
    ],
    ['what is handed over takes room', 'length > 0 && !hold(length + perPart) ? noRoom : ', ''],
  ]),
  ...guards('door/handed-answer', test('door/handed-answer'), [
    ['an answer that was broken off is none', '    if (this.destroyed) return\n    if (last', '    if (last'],
    [
      'an answer that was given stays so',
      'if (this.destroyed || this.writableFinished) return',
      'if (this.destroyed) return',
    ],
    ['an answer without a body has none', 'bodiless.has(this.statusCode) ? [] : ', ''],
    ['what is broken off is heard of', '    this.#fail(brokenOff())\n'],
    ['nothing is given before its end', '    if (!this.destroyed) this.#parts.push(part)\n', '    this.end(part)\n'],
  ]),
  ...guards('door/memory-door', test('door/handed-answer'), [
    ['what was handed over ends with the door', '    for (const answer of this.#answers) answer.destroy()\n'],
  ]),
  ...guards('door/exchange', test('door/handed-answer'), [
    ['what waits ends with the target', 'JointSignal(on.access.signal, on.closing)', 'JointSignal(on.access.signal)'],
  ]),
  ...guards('target', test('door/handed-answer'), [
    ['many may be under way without a warning', '    setMaxListeners(0, this.#closing.signal)\n'],
  ]),
]
