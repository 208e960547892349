import { guards } from './k8s-masking-guards.mjs'

/** What the API server answers is masked by the kind of its objects, at every depth. */
export const k8sMaskingGuards = [
  ...guards(
    'secret-object',
    ['secrets'],
    [
      [
        'the metadata of a secret is masked as that',
        'walk.metadata(value, true, depth + 1)',
        'walk.metadata(value, false, depth + 1)',
      ],
      [
        'the type of a secret is a type',
        'return isIdentifier(value) ? value : walk.hidden(value, depth)',
        'return value',
      ],
      ['an immutable secret says so by a truth value', " && typeof value === 'boolean'", ''],
      [
        'what a secret is not known to have is hidden',
        '    return walk.hidden(value, depth)\n  })\n}\n\n/** Typed',
        '    return value\n  })\n}\n\n/** Typed',
      ],
      ['data that is no text is hidden', ' : walk.hidden(value, depth),', ' : value,'],
    ],
  ),
  ...guards(
    'object-mask',
    ['secrets'],
    [
      ['a secret is known by its kind', ' || isWholeSecret(object, kind)) return maskSecret', ') return maskSecret'],
      ['a secret is known by what was asked for', "if (expected === 'Secret' || isWhole", 'if (isWhole'],
      ['what refers to a secret is shown', "kind === 'Secret' && ['metadata'", "kind === 'Secret' || ['metadata'"],
      ['items of a list of secrets are secrets', "  return listKind.slice(0, -'List'.length)", '  return expected'],
      [
        'what was asked for makes items secrets',
        "if (expected === 'Secret' || listKind === undefined",
        'if (listKind === undefined',
      ],
      ['an untyped list has items', "return expected !== undefined && isList(own(object, 'items'))", 'return false'],
      [
        'one item in the place of a list is masked',
        '          : this.#item(value, item, depth + 2)',
        '          : value',
      ],
      [
        'what is no object in a list of secrets is hidden',
        "return kind === 'Secret' ? this.hidden(value, depth) : this.value(value, undefined, depth)",
        'return this.value(value, undefined, depth)',
      ],
      [
        'what else a list of secrets has is hidden',
        'value : this.hidden(value, depth + 1)\n    })',
        'value : value\n    })',
      ],
      ['what is no object where a secret was asked for is hidden', ': this.hidden(value, 0)', ': value'],
      [
        'stringData is hidden wherever it stands',
        "    if (key === 'stringData') return this.hidden(value, depth + 1)\n",
      ],
      [
        'managed fields are hidden in what is hidden',
        "key === 'managedFields' ? undefined : this.hidden",
        'this.hidden',
      ],
      [
        'a list where a secret was asked for has secrets',
        '(isObject(item) ? this.object(item, expected, 1)',
        '(isObject(item) ? this.object(item, undefined, 1)',
      ],
    ],
  ),
  ...guards(
    'object-mask',
    ['texts'],
    [
      [
        'keys of objects in answers are masked',
        'return withMembers(object, change, this.#keys.rename)',
        'return withMembers(object, change)',
      ],
      [
        'annotations are masked wherever they stand',
        "    if (key === 'annotations' && isObject(value)) return maskAnnotations(value, false, this, depth + 1)\n",
      ],
      [
        'words of commands are masked',
        "    if (isList(value) && (key === 'args' || key === 'command')) return maskWords(value, key, this, depth)\n",
      ],
      [
        'a value has the name beside it',
        "(ownText(object, 'name') ?? ownText(object, 'key'))",
        "ownText(object, 'key')",
      ],
      ['a value has the key beside it', " ?? ownText(object, 'key'))", ')'],
      [
        'a ConfigMap is masked as that',
        "kind === 'ConfigMap' ? maskConfig(key, value, this, depth) : undefined",
        'undefined',
      ],
      ['numbers are masked', 'return masked === text ? value : this.counted(masked)', 'return value'],
      [
        'a kind is a kind',
        " && isIdentifier(value)) return value\n      if (key === 'metadata'",
        ") return value\n      if (key === 'metadata'",
      ],
      [
        'the depth is bounded',
        "    if (depth > this.masking.limits.deepest) throw new Unmaskable('it is nested too deep')\n",
      ],
      ['what a detector throws is not passed on', '      throw maskingFailure(error)', '      throw error'],
      ['what was masked is told', '      if (this.#count > 0) this.masking.masked(this.#count)\n'],
      ['what was masked is counted', 'return masked === text ? text : this.counted(masked)', 'return masked'],
    ],
  ),
  ...guards(
    'object-mask',
    ['mask-log'],
    [
      [
        'a warning that is a missing value is a marker',
        'return masked ?? this.masking.marker.of(text)',
        "return masked ?? ''",
      ],
    ],
  ),
  ...guards('masking-failure', ['texts'], [['only its own errors are passed on', ' && made.has(error)', '']]),
  ...guards(
    'metadata-mask',
    ['secrets', 'texts'],
    [
      [
        'managed fields are left out',
        "    if (key === 'managedFields' && !walk.masking.keepsManagedFields) return undefined\n",
      ],
      ['managed fields are kept when they are wanted', ' && !walk.masking.keepsManagedFields', ''],
      ['a last applied configuration can be read', ' && !isKnownManifest(value)) return', ' && isSecret) return'],
      [
        'a last applied configuration is not of a secret',
        "return isObject(manifest) && !['Secret', 'SecretList'].includes(ownText(manifest, 'kind') ?? '')",
        'return isObject(manifest)',
      ],
      [
        'annotations of secrets hold no manifests',
        "    if (isSecret && typeof value === 'string' && mayHoldManifest(value)) return walk.counted(undefined)\n",
      ],
      [
        'annotations are masked',
        '    return walk.value(value, key, depth + 1)\n  })\n}\n\n/** Whether a last',
        '    return value\n  })\n}\n\n/** Whether a last',
      ],
      [
        'what identifies has the form for that',
        'return identifies(key, value) ? value : walk.value(value, key, depth + 1)',
        "return key === 'labels' ? walk.value(value, key, depth + 1) : value",
      ],
    ],
  ),
  ...guards(
    'identifiers',
    ['texts'],
    [
      ['identifiers are short', 'value.length <= 253 && ', ''],
      ['identifiers have few signs', ' && /^[\\w./:-]*$/.test(value)', ''],
      ['times have their form', ' && /^[\\d:TZ.+-]{1,40}$/.test(value))', ')'],
      ['where the next page begins has its form', ' && /^[\\w=-]{0,4096}$/.test(value)', ''],
    ],
  ),
  ...guards(
    'table-mask',
    ['secrets'],
    [
      ['cells of secrets are of known columns', 'column !== undefined && harmless.has(column.toLowerCase()) && ', ''],
      ['cells of secrets are as servers print them', ' && isPrinted(cell)', ''],
      ['rows with a secret have its cells masked', " || isSecretObject(own(row, 'object'))", ''],
      ['rows of what was asked for have their cells masked', "expected === 'Secret' || isSecret", 'isSecret'],
      ['what else a row of a secret has is hidden', 'isSecret ? walk.hidden(value, depth) : walk', 'walk'],
      [
        'rows are a list',
        'if (!isList(value)) return walk.hidden(value, depth + 1)',
        'if (!isList(value)) return value',
      ],
      ['a row is an object', 'if (!isObject(row)) return walk.hidden(row, depth)', 'if (!isObject(row)) return row'],
      ['objects of rows are what was asked for', "isSecret ? 'Secret' : expected", 'undefined'],
      ['large numbers in cells of secrets are hidden', ' && cell < 1_000_000', ''],
    ],
  ),
  ...guards(
    'status-mask',
    ['secrets'],
    [
      ['a status about secrets does not quote', 'const hides = isAboutSecrets && ', 'const hides = false && '],
      [
        'a status says itself that it is about secrets',
        " || ['secrets', 'Secret'].includes(detailOf(status, 'kind') ?? '')",
        '',
      ],
      ['what was asked for says that a status is about secrets', "expected === 'Secret' || ['secrets'", "['secrets'"],
      [
        'who may not is told by the authorizer',
        "reason === 'Forbidden' && /^secrets(?:",
        "reason === 'Forbidden' || /^secrets(?:",
      ],
      ['causes are hidden', '    if (hides) return walk.hidden(value, depth)\n'],
      [
        'what else a status about secrets has is hidden',
        '    return walk.hidden(value, depth + 1)\n  })\n}\n\n/** What the authorizer',
        '    return value\n  })\n}\n\n/** What the authorizer',
      ],
    ],
  ),
  ...guards(
    'members',
    ['texts', 'secrets'],
    [
      [
        'no key hides another',
        '  for (let count = 2; Object.hasOwn(object, free); count += 1) free = `${name}#${String(count)}`\n',
      ],
      ["keys are an object's own", "  if (key === '__proto__')\n", "  if (key === '__never__')\n"],
    ],
  ),
]
