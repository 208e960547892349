import { guards } from './k8s-masking-guards.mjs'

/** Answers of the API server are masked as they come. */
export const k8sMaskingStreamGuards = [
  ...guards(
    'list-scan',
    ['mask-body'],
    [
      ['escapes in keys are passed', '    else if (byte === backslash) this.#isEscaped = true\n'],
      ['only members of the answer are its list', 'if (this.#depth === 1 && byte === 0x5b', 'if (byte === 0x5b'],
      [
        'escapes in items are passed',
        '        if (byte === backslash) at += 1\n        else if (byte === quote)',
        '        if (byte === quote)',
      ],
      ['escapes are passed where bytes are cut', 'this.#isEscaped = at > length', 'this.#isEscaped = false'],
      ['the length of items is bounded', '    if (length > this.#options.longest) throw this.#options.tooLong()\n'],
      [
        'the length of the last item is bounded',
        '          this.#assertLength(at - start)\n          return',
        '          return',
      ],
      ['the length of each item is bounded', '        this.#assertLength(at - start)\n        comma', '        comma'],
      ['the length of items that go on is bounded', '    this.#assertLength(this.#length)\n'],
      ['managed fields are those of metadata', 'this.#isInMetadata && isAt', 'isAt'],
      [
        'managed fields end where they end',
        'if (depth === 2 && this.#isDropping)',
        'if (depth === 3 && this.#isDropping)',
      ],
      ['managed fields go on in the next bytes', 'this.#isDropping ? [0] : undefined', 'undefined'],
      ['managed fields are dropped to the end of bytes', '    if (this.#isDropping) dropped?.push(length)\n'],
      ['managed fields stay where they are wanted', '    if (!this.#options.dropsManagedFields) return false\n'],
      ['metadata is a member of the item', 'depth < 3 && depth > 0 && ', ''],
    ],
  ),
  ...guards(
    'mask-body',
    ['mask-body'],
    [
      [
        'what is read whole is bounded',
        "    if (this.#length > this.#mask.masking.limits.whole) throw new Unmaskable('it is too large to be read whole')\n",
      ],
      [
        'bytes are copied that are kept',
        'this.#bytes.push(Uint8Array.prototype.slice.call(bytes))',
        'this.#bytes.push(bytes)',
      ],
      [
        'a list begins when it is known what it is of',
        'if (head === undefined || !isKnown(head, key)) return undefined',
        'if (head === undefined) return undefined',
      ],
      ['a table begins when it said its columns', ' && columnsOf(head) !== undefined', ''],
      ['what has no kind has no managed fields', 'mask.hasItemKind(kind) && ', ''],
      [
        'rows keep what their objects say',
        '=> mask.row(value, columns), dropsManagedFields: false',
        '=> mask.row(value, columns), dropsManagedFields: true',
      ],
      ['a head ends with its list', '  if (!output.endsWith(end)) return undefined\n'],
    ],
  ),
  ...guards(
    'list-mask',
    ['mask-body'],
    [
      ['what is dropped is of its own item', '      if (start < from || start >= to) continue\n'],
      ['a list has an end', "    if (this.#isInItems) throw new Unmaskable('it ended before its list did')\n"],
      [
        'behind a list are members',
        "    if (!/^,\\s*\"/.test(text)) throw new Unmaskable('what follows its list is no member')\n",
      ],
      ['a member is not said twice', 'Object.hasOwn(this.#head, key)', 'key === null'],
      ['items are told apart', 'if (!isList(items) || items.length !== count)', 'if (!isList(items))'],
      [
        'what is behind a list is bounded',
        "    if (this.#tailLength > this.#mask.masking.limits.item) throw new Unmaskable('what follows its list is too large')\n",
      ],
      [
        'what is behind a list stays there',
        "    if (!shown.startsWith(`${before},`)) throw new Unmaskable('what follows its list cannot be put behind it')\n",
      ],
      [
        'bytes of items are copied that are kept',
        'this.#waiting.push(Uint8Array.prototype.slice.call(bytes))',
        'this.#waiting.push(bytes)',
      ],
    ],
  ),
  ...guards(
    'mask-watch',
    ['mask-watch'],
    [
      ['an event is of a known type', ' || !types.has(type)', ''],
      ['an event has nothing else', ' || Object.keys(event).length !== 2', ''],
      [
        'an event has an object',
        "    if (!isObject(object)) throw new Unmaskable('an event of it has no object')\n",
        '    if (!isObject(object)) return object ?? null\n',
      ],
      [
        'the length of an event is bounded',
        "    if (this.#length > this.#mask.masking.limits.item) throw new Unmaskable('an event of it is too large')\n",
      ],
      [
        'bytes of events are copied that are kept',
        'this.#waiting.push(Uint8Array.prototype.slice.call(bytes))',
        'this.#waiting.push(bytes)',
      ],
      ['columns are remembered', 'columnsOf(object) ?? this.#columns', 'columnsOf(object)'],
    ],
  ),
  ...guards(
    'answer-bytes',
    ['mask-body'],
    [
      ['everybody else has a turn', '        await setImmediate()\n'],
      ['what breaks a stream is not passed on', '    throw maskingFailure(error)', '    throw error'],
    ],
  ),
  ...guards(
    'mask-log',
    ['mask-log'],
    [['what breaks a log is not passed on', '    throw maskingFailure(error)', '    throw error']],
  ),
  ...guards(
    'mask-warning',
    ['mask-log'],
    [
      ['warnings about secrets are hidden', "mask.masking.expected === 'Secret' ? mask.marked(said) : mask", 'mask'],
      ['warnings stay in their line', ".replaceAll(/[^\\x20-\\x7e]/g, ' ')", ''],
      ['warnings stay in their quotes', '.replaceAll(/["\\\\]/g, String.raw`\\$&`)', ''],
      ['warnings have a form', 'if (text === undefined) return undefined', 'if (text === undefined) return header'],
    ],
  ),
]
