const test = (...names) => names.map((name) => `packages/core/test/masking/${name}.test.ts`)
const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/core/src/masking/${file}.ts`,
    find,
    replace,
    tests,
  }))

/** What operators show, and what becomes of a value when one goes wrong. */
export const maskingOperatorGuards = [
  ...guards('operators/guarded', test('operators/keyed'), [
    [
      'what an operator throws is no way out',
      '    } catch {\n',
      '    } catch (error) {\n      if (error) throw error\n',
    ],
    ['a type shows nothing but plain letters', ".replace(/[^\\w.-]/g, '-')"],
  ]),
  ...guards('operators/guarded', test('operators/custom'), [
    ['a mask is a text or null', "if (typeof masked === 'string' || masked === null) return masked", 'return masked'],
  ]),
  ...guards('operators/partial', test('operators/partial'), [
    ['six characters are hidden', 'hidden.telling >= leastHidden && ', ''],
    ['half of the characters is hidden', 'hidden.telling * 2 >= all.telling && ', ''],
    ['half of the code units is hidden', ' && hidden.units * 2 >= all.units', ''],
    ['separators of ASCII hide nothing', '(separator.test(String.fromCharCode(unit)) ? 0 : 1)', '1'],
    ['separators hide nothing', 'if (!separator.test(character)) telling += 1', 'telling += 1'],
    ['keeping is no negative number', 'Number.isInteger(count) && count > 0 ? count : 0', 'count'],
    ['only an address shows its domain', 'keepDomain && isAddress(value)', 'keepDomain'],
    ['a domain is no longer than one can be', ' || domain.length > 253'],
    ['what is before the @ is no sentence', ' || !local.test(value.slice(0, at))'],
    ['a domain has two labels', 'labels.length > 0 && '],
    ['a top-level label has no digits', 'topLabel.test(top) && '],
    ['labels are letters and digits', 'label.test(each) && '],
    ['labels end in a letter or digit', " && !each.endsWith('-')"],
    ['very long values show nothing', '    if (value.length > longest) return stars\n'],
    ['characters are whole', 'Array.from(graphemes.segment(value), ({ segment }) => segment)', "value.split('')"],
  ]),
  ...guards('operators/mac-text', test('operators/keyed'), [
    ['lengths are part of what is hashed', '    at += part.length\n', '    at += part.length - (at > 0 ? 5 : 0)\n'],
    ['halves of characters are told apart', 'const isUtf8 = text.isWellFormed()', 'const isUtf8 = true'],
    ['a MAC has 32 bytes', ' || mac.length !== 32'],
  ]),
  ...guards('operators/keyed', test('operators/keyed'), [
    ['the root run is part of what is hashed', "['run', binding.scope]", "['run']"],
    ['joins of all runs are their own', "? ['runs']", "? ['run', 'runs']"],
  ]),
  ...guards('operators/hash', test('operators/keyed'), [
    ['hashes tell domains apart', 'type, domain, value', 'type, value'],
    ['hashes tell types apart', 'type, domain, value', 'domain, value'],
  ]),
  ...guards('operators/token', test('operators/keyed'), [
    ['tokens tell domains apart', 'type, domain, value', 'type, value'],
    ['a token is kept before it is seen', '      vault?.keep(made, value, context)\n'],
  ]),
  ...guards('operators/date-shift', test('operators/date-shift'), [
    ['a date moves', 'step < 0 ? step : step + 1', 'step'],
    ['dates of another subject move otherwise', "['subject', subject]", "['subject']"],
    ['dates of another domain move otherwise', "['domain', domain]", "['domain']"],
    ['a subject is not a domain', "? ['domain', domain]", "? ['subject', domain]"],
    ['dates move otherwise in another run', '[...scope, ...subjectTexts(context)]', '[...subjectTexts(context)]'],
  ]),
  ...guards('operators/calendar', test('operators/date-shift'), [
    ['a date is in the calendar', '?.month === read.month ? read : undefined', ' ? read : undefined'],
    ['years are from 1', 'year >= 1 && ', ''],
    ['years are up to 9999', ' && year <= 9999', ''],
  ]),
  ...guards('operators/decimal', test('operators/bucket'), [
    ['exponents are bounded', '  if (Math.abs(scale) > longest) return undefined\n'],
    ['digits are bounded', 'text.length > longest ? null : ', ''],
    ['negative numbers go down', '((units % step) + step) % step', 'units % step'],
  ]),
  ...guards('operators/bucket', test('operators/bucket'), [
    [
      'what is below all edges has no bucket',
      'if (edge === undefined) return null\n',
      'if (edge === undefined) return value\n',
    ],
    ['a time of day is zeroed with its date', 'time: zeroed(time.time, 1)', 'time: time.time'],
  ]),
  ...guards('operators/custom', test('operators/custom'), [
    ['the value itself is no mask', ' && !holds(masked, value)'],
    ['a mask is short', ' && masked.length <= longest'],
    ['a late answer is none', '      if (late > 0) return undefined\n'],
    ['who is late is not asked again', '      if (late >= mostLate) return undefined\n'],
    ['a promise that fails ends nothing', '      letGo(masked)\n'],
  ]),
  ...guards('operators/settings-reader', test('operators/read-spec'), [
    ['settings that do not exist are refused', 'if (known.includes(name)) continue', 'if (name !== "") continue'],
    ['numbers are whole', 'Number.isInteger(value) && '],
    ['numbers are in their bounds', ' && value <= most'],
  ]),
  ...guards('operators/read-spec', test('operators/read-spec'), [
    ['one operator is named', 'names.length !== 1 || '],
    ['something is kept', 'reader.problems.length === 0 && keepFirst', 'reader.problems.length > 9 && keepFirst'],
    ['a size is above zero', ' || decimal.digits <= 0n'],
    ['edges rise', '!((order(previous, edge) ?? -1) < 0)', '(order(previous, edge) ?? -1) > 1'],
    ['numbers are exact', "Number.isInteger(value) && !Number.isSafeInteger(value) ? '' : ", ''],
  ]),
  ...guards('operators/parse-operator', test('operators/read-spec'), [
    [
      'custom masks are looked up among those given',
      'Object.hasOwn(masks, name) ? masks[name] : undefined',
      'masks[name]',
    ],
  ]),
]
