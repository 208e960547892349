const source = (name) => `packages/adapter-k8s/src/request/${name}.ts`
const test = (name) => `packages/adapter-k8s/test/request/${name}.test.ts`
const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({ name, file: source(file), find, replace, tests: tests.map(test) }))

/** Which headers of a request to an API server go on, and what they may ask for. */
export const k8sRequestHeaderGuards = [
  ...guards(
    'request-headers',
    ['headers'],
    [
      ['headers that matter are given once', 'if (isGivenTwice && mattering.has(key))', 'if (false)'],
      ['headers that differ in capitals are one', 'headers.has(key) || ', ''],
      ['headers with several values are given twice', ' || values.length > 1', ''],
      ['headers that matter are plain', 'mattering.has(key) && !plain.test(first)', 'false'],
      ['bodies are not encoded', "encoding !== 'identity'", 'false'],
      ['pages ask for nothing', "headers.has('origin') ?", 'false ?'],
      ['names of headers have no capitals', 'name.toLowerCase()', 'name'],
      ['headers about identity are told', 'ofIdentity.test(name)', 'false'],
    ],
  ),
  ...guards(
    'accept',
    ['headers'],
    [
      ['clients accept JSON', "forms.length === 0 ? refuse('The client accepts no JSON.') : ", ''],
      ['what is refused is not accepted', " || Number(media.parameters.get('q') ?? '1') === 0", ''],
      ['only JSON has forms', 'media.type === json && known.has(form)', 'known.has(form)'],
      ['forms are known', 'media.type === json && known.has(form)', 'media.type === json'],
      ['forms are not lost', 'if (as === undefined) return', 'if (true) return'],
      [
        'what is accepted has an end',
        "  if (given.length > longest) return refuse('The header accept is too long.')\n",
      ],
      ['forms of descriptions can be read', 'openapiList.test(given) ?', 'true ?'],
      ['only the roots have new discovery', 'segments.length === 1 ? discovery : new Set()', 'discovery'],
    ],
  ),
  ...guards(
    'media-type',
    ['media-type'],
    [
      ['media types are ones', '  if (!mediaType.test(type)) return undefined\n'],
      ['parameters of media types have names', '!token.test(name) || ', ''],
      ['parameters of media types have plain values', '!token.test(value) || ', ''],
      ['parameters of media types are given once', ' || parameters.has(name)', ''],
    ],
  ),
  ...guards(
    'content-type',
    ['headers'],
    [
      ['patches say what they are', "kind === 'patch' ? refuse('The patch does not say of which type it is.') : ", ''],
      ['types of bodies can be read', 'media === undefined || !isPlain(media.parameters)', 'media === undefined'],
      ['bodies are UTF-8', " && value.toLowerCase() === 'utf-8'", ''],
      [
        'bodies are JSON',
        "media.type === 'application/json' ? media.type :",
        "media.type.length > 0 ? 'application/json' :",
      ],
      [
        'patches are of known types',
        "?? refuse('The patch is of no known type.')",
        "?? 'application/merge-patch+json'",
      ],
    ],
  ),
  ...guards(
    'upgrade',
    ['headers'],
    [
      ['commands need a WebSocket', "upgraded.has(kind) ? refuse('This subresource needs a WebSocket.') : ", ''],
      ['nothing becomes another protocol', "upgrade.trim().toLowerCase() !== 'websocket'", 'false'],
      ['connections ask for the upgrade', "each.toLowerCase() === 'upgrade'", 'true'],
      ['subprotocols are understood', 'return protocols.length === 0', 'return protocols.length < 0'],
      ['only subprotocols that are offered are spoken', 'offered.has(each)', 'each.length > 0'],
    ],
  ),
  ...guards(
    'upgrade',
    ['wire'],
    [
      [
        'only connections become WebSockets',
        "  if (!upgraded.has(kind)) return refuse('This request cannot become another protocol.')\n",
      ],
    ],
  ),
]
