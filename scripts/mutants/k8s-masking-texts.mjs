import { guards } from './k8s-masking-guards.mjs'

/** Texts of the API server's answers are masked by their names and by what they hold. */
export const k8sMaskingTextGuards = [
  ...guards(
    'string-mask',
    ['texts', 'names'],
    [
      [
        'fields that are named for secrets are hidden',
        'if (field !== undefined && isSecretName(field, names) && !isReference(text)) return marker.of(text)',
        '',
      ],
      ['variables that are put in later are shown', ' && !isReference(text)', ''],
      ['what is compressed is hidden', '    if (packed.test(text)) return marker.of(text)\n'],
      ['JSON in texts is masked as what it says', '    if (inner !== undefined) return inner\n'],
      [
        'manifests of secrets in texts are hidden',
        "  if (text.includes('Secret') && manifest.test(text)) return true\n",
      ],
      ['manifests of secrets in base64 are hidden', '  return runs.some(', '  return runs.length < 0 && runs.some('],
      ['base64 of a secret begins with three bytes', 'U2VjcmV0|', ''],
      ['base64 of a secret begins with the second byte', '|NlY3Jld', ''],
      ['base64 of a secret begins with the third byte', '|TZWNyZX/', '/'],
      [
        'JSON is read only so deep',
        '    if (this.#nesting >= this.#masking.limits.nested) return this.#masking.marker.of(text)\n',
      ],
      ['JSON that hides a member is written anew', 'masked === value && isPlain(text, value)', 'masked === value'],
      [
        'texts of which nobody knows the end are hidden',
        'if (assigned === undefined) return marker.of(text)',
        'if (assigned === undefined) return text',
      ],
    ],
  ),
  ...guards(
    'quoted-values',
    ['quoted-values'],
    [
      [
        'objects that the API server quotes are hidden',
        'mask(message.slice(found.index, end))',
        'message.slice(found.index, end)',
      ],
      ['objects are quoted as texts, too', '/"(?=\\s{0,8}[{[])|', '/'],
      ['lists are objects', '|\\[(?=["\'{\\\\])/g', '/g'],
      ['braces within texts end nothing', '/"(?:[^"\\\\]|\\\\.)*"|`[^`]*`|[[', '/`[^`]*`|[['],
      ['what is hidden of a difference has no end', '    else if (part.length === 1) return message.length\n'],
      ['bytes around what cannot be read are hidden', 'shown + mask(message.slice(end))', 'shown + message.slice(end)'],
      [
        'values of fields that are named for secrets are hidden',
        'isOfSecret(groups.path) ? mask(value) : value',
        'value',
      ],
      ['values of variables may be secrets', "path.endsWith('].value') || ", ''],
    ],
  ),
  ...guards(
    'status-mask',
    ['quoted-values'],
    [['causes are read with their fields', 'walk.value(`${before}${value}`, key', 'walk.value(value, key']],
  ),
  ...guards(
    'string-mask',
    ['quoted-values'],
    [
      [
        'messages are read for what they quote',
        "field === 'message' ? withoutQuotedValues(text, (value) => marker.of(value)) : text",
        'text',
      ],
    ],
  ),
  ...guards(
    'harmless-memory',
    ['texts'],
    [
      ['what is harmless without detectors is looked at with them', 'if (texts === undefined) return', 'return'],
      [
        'who finds is known where it is remembered',
        '  const { finder } = texts\n',
        '  const { finder = usualLimits } = texts\n',
      ],
      ['what each finder finds is remembered apart', '  const { finder } = texts\n', '  const finder = usualLimits\n'],
      ['what is harmless with managed fields is looked at without', 'keepsManagedFields || ', ''],
      ['only so many finders are remembered', '  if (oldest !== undefined) byFinder.delete(oldest)\n'],
      ['what is harmless by other limits is looked at', ' || !hasUsualLimits', ''],
      ['what is harmless by other depths is looked at', ' && limits.deepest === usualLimits.deepest', ''],
      ['what is harmless by other nestings is looked at', 'limits.nested === usualLimits.nested && ', ''],
    ],
  ),
  ...guards(
    'string-mask',
    ['secrets'],
    [
      ['packed annotations of secrets may hold manifests', 'return packed.test(text) || holds', 'return holds'],
      ['annotations of secrets in YAML may hold manifests', ' || holdsManifest(text) || parsed', ' || parsed'],
      ['annotations of secrets in JSON may hold manifests', ' || parsed(text) !== undefined\n', '\n'],
    ],
  ),
  ...guards(
    'config-map',
    ['texts'],
    [
      ['values of a ConfigMap have chosen names', "each, name, depth + 1, 'chosen')", 'each, name, depth + 1)'],
      ['bytes of a ConfigMap are masked', "  if (key === 'binaryData')", "  if (key === 'never')"],
      [
        'bytes that are no text are hidden',
        'if (!isUtf8(bytes)) return walk.counted(inBase64(walk.marked(value)))',
        'if (!isUtf8(bytes)) return value',
      ],
      [
        'bytes that are no base64 are hidden',
        "if (typeof value !== 'string') return walk.hidden(value, depth)",
        "if (typeof value !== 'string') return value",
      ],
      ['base64 says all that it seems to', " && bytes.toString('base64') === value", ''],
    ],
  ),
  ...guards(
    'command-line',
    ['texts'],
    [
      [
        'a word behind an option for a secret is hidden',
        "if (isValue && word !== '') return walk.counted(walk.marked(word))",
        '',
      ],
      ['another option is no value', " && !word.startsWith('-')", ''],
    ],
  ),
  ...guards('key-mask', ['texts'], [['a key that is a missing value is a word', "masked ?? '[key]'", 'masked ?? key']]),
  ...guards(
    'assigned-secrets',
    ['names'],
    [
      [
        'a value goes to the end of its line',
        '    return isNone(value) ? content : `${indent}${before}${name}${sign}${mask(value)}`',
        '    return maskedParts(content, mask)',
      ],
      ['the line before may say what a value is called', 'namesNext(lines[index - 1]) || ', ''],
      ['the line behind may say what a value is called', ' && namesNext(next))', ' && next.length < 0)'],
      ['another item says nothing of a value', ' && !/^\\s*-/.test(next)', ''],
      ['a name in a line says what a value is called', 'isValue(name) ? called : name', 'name'],
      ['a line says whether its value goes on', '    if (goesOn(value, depth, next)) return undefined\n'],
      [
        'parts of lines are masked',
        '    shown += content.slice(copied, assignment.lastIndex) + mask(value)',
        '    shown += content.slice(copied, assignment.lastIndex) + value',
      ],
      ['values that go on behind a sign are hidden', '|^[|>&!]/.test', '/.test'],
      ['values that go on behind a backslash are hidden', '/\\\\$|^', '/^'],
      ['keys in several lines are hidden', '^["\']?-----BEGIN|', ''],
      ['quotes that stay open hide the text', ' || isUnclosed(value)', ''],
      ['brackets that stay open hide the text', "  if (value.startsWith('[')) return !value.includes(']')\n"],
      [
        'deeper lines go on',
        'if (!announcement.test(value)) return isDeeper',
        'if (!announcement.test(value)) return false',
      ],
      ['lists below go on', ' || /^[ \\t]*-[ \\t]/.test(next))', ')'],
      ['mappings below say their own names', ' && !mapping.test(next)', ''],
      [
        'lines that say nothing are passed over',
        '    if (!/^\\s*(?:#|$)/.test(content)) next = content',
        '    next = content',
      ],
      ['lists in a line are masked whole', '|\\[[^\\]]*\\]?|[^\\s', '|[^\\s'],
    ],
  ),
  ...guards(
    'secret-names',
    ['names'],
    [
      ['names of what is around a secret are harmless', ' && !about.test(words)', ''],
      ['names in two cases are read', "    .replaceAll(/([a-z\\d])([A-Z])/g, '$1_$2')\n"],
      ['long texts are no names', 'name.length <= 256 && saysSecret', 'saysSecret'],
    ],
  ),
  ...guards(
    'secret-marker',
    ['names'],
    [
      ['hashed markers are of digits', ' && /^[\\da-f]{16,}$/.test(digits)', ''],
      ['bytes that are no text have markers of their own', 'marker.of(isText ? text : value)', 'marker.of(text)'],
      ['markers in base64 are known again', " || marker.test(Buffer.from(text, 'base64').toString('latin1'))", ''],
    ],
  ),
]
