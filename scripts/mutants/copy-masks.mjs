const door = (name) => `packages/adapter-pg/src/door/${name}.ts`
const analyzer = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`

const rows = ['packages/adapter-pg/test/door/copy-rows.test.ts']
const through = ['packages/adapter-pg/test/door/row-masks.test.ts']
const told = ['packages/adapter-pg/test/analyzer/copy-out.test.ts']

/** What keeps a masked value of COPY TO STDOUT from the client. */
export const copyMaskGuards = [
  // How it is read.
  ['text: only escapes that there are', rows, door('copy-cells'), '(++at >= end || meaning(bytes[at]) === undefined)', '++at < 0'],
  ['text: no control character as it is', rows, door('copy-cells'), 'if (byte !== backslash && byte !== undefined && letters.has(byte)) return false', ''],
  ['text: a backslash takes what is behind it along', rows, door('copy-cells'), 'at += line[at] === backslash ? 2 : 1', 'at += 1'],
  ['text: what stands for a missing value may be one', rows, door('copy-cells'), 'isAmbiguous: isValue(none, 0, none.length)', 'isAmbiguous: false'],
  ['text: the delimiter of a value is escaped', rows, door('copy-cells'), ' || byte === delimiter) writer.byte(backslash)', ') writer.byte(backslash)'],
  ['csv: no quote inside of a cell', rows, door('copy-cells'), 'if (line[at] === quote || line[at] === carriageReturn)', 'if (line[at] === carriageReturn)'],
  ['csv: no end of a line inside of a cell', rows, door('copy-cells'), 'if (line[at] === quote || line[at] === carriageReturn)', 'if (line[at] === quote)'],
  ['csv: an escape stands before two characters', rows, door('copy-cells'), 'else if (byte === escape) break', ''],
  ['csv: what would be missing is quoted', rows, door('copy-cells'), 'value.equals(none) || ', ''],
  ['csv: what would end the data is quoted', rows, door('copy-cells'), '(names.length === 1 && value.equals(endOfData))', 'false'],
  ['csv: the delimiter of a value is quoted', rows, door('copy-cells'), '(byte) => byte === delimiter || ', '(byte) => '],
  ['csv: quotes of a value are escaped', rows, door('copy-cells'), 'if (byte === quote || byte === escape) writer.byte(escape)', ''],
  ['csv: lines end outside of quotes', rows, door('copy-row-ends'), 'else if (!this.#inside && byte === newline)', 'else if (byte === newline)'],
  ['csv: an escaped quote ends no value', rows, door('copy-row-ends'), 'else if (this.#inside && byte === this.#escape) this.#escaped = true', ''],
  ['binary: the header is what it is', rows, door('copy-rows'), "if (header.compare(source, start, end) !== 0) throw new RangeError('no header of COPY')", ''],
  ['binary: nothing behind the trailer', rows, door('copy-rows'), "if (this.isComplete) throw new RangeError('bytes behind the trailer')", ''],
  ['binary: rows of as many cells', rows, door('copy-rows'), 'count !== this.#count || ', ''],
  ['binary: a trailer is due', rows, door('copy-rows'), ' || !this.#rows.isComplete)', ')'],
  ['a row that is not ended', rows, door('copy-rows'), 'this.#kept.length > 0 || ', ''],
  ['a row that is too long', rows, door('copy-rows'), 'if (kept.length + upTo - at > this.#maxBytes) throw tooLong(this.#maxBytes)', ''],
  ['too few cells', rows, door('copy-lines'), "if (source[at] !== this.#delimiter) throw new RangeError('too few cells')", ''],
  ['too many cells', rows, door('copy-lines'), "if (at !== last) throw new RangeError('too many cells')", ''],
  ['the other key: the number of columns', rows, door('copy-rows'), 'if ((masks.columns ?? count) !== count) throw otherColumns()', ''],
  ['the other key: the format', rows, door('copy-rows'), 'if (body.byte() !== expected) throw otherColumns()', 'body.byte()'],
  ['the other key: the formats of columns', rows, door('copy-rows'), 'if (body.uint16() !== expected) throw otherColumns()', 'body.uint16()'],
  ['a format that is not known', rows, door('copy-rows'), 'if (format === undefined) throw unknownFormat()', "if (format === undefined) return"],
  // How it is masked.
  ['which values are what stands for a missing one is not told', rows, door('copy-lines'), 'if (cells.isAmbiguous && masks.at(index)?.whole === false)', 'if (false)'],
  ['what may stand for a missing value is searched', rows, door('copy-lines'), 'return this.#cells.isAmbiguous ? source.subarray(start, end) : undefined', 'return undefined'],
  ['only one line is a header', rows, door('copy-lines'), '    this.#header = false\n', ''],
  ['counts what is masked', rows, door('copy-lines'), 'if (changed > 0) this.#masks.masked(changed)', ''],
  ['a type that is not known is looked through in every way', rows, door('cell-rules'), 'if (type === 0) return lookAnyhow(name, content)', ''],
  ['of other columns than are given no type is known', rows, door('copy-rows'), 'out?.columns?.length === count ? out.columns : undefined', 'out?.columns'],
  // What of it leaves.
  ['rows that nobody announced', through, door('rewritten-rows'), "if (copyRows === undefined) throw unexpected('rows of COPY')", 'if (copyRows === undefined) return'],
  ['COPY that ends before its rows', through, door('run'), "if (this.#copyRows !== undefined) throw unexpected('the end of a COPY')", ''],
  ['CopyDone ends the rows', through, door('run'), 'this.#copyRows?.end()', ''],
  ['each COPY of a text has a format of its own', through, door('run'), 'this.#copiesOut += 1', ''],
  // What the analysis says.
  ['a way that is not known keeps masked columns', told, analyzer('copy'), 'isUnknown || isLargeCopied(value)', 'isLargeCopied(value)'],
  ['an option that is not known', told, analyzer('copy-format'), '!known.has(name) || ', ''],
  ['an option that stands twice', told, analyzer('copy-format'), ' || given.has(name)) return undefined', ') return undefined'],
  ['another encoding', told, analyzer('copy-format'), "if (given.has('encoding') && !isUtf8(stringOf(given.get('encoding')))) return undefined", ''],
  ['options of csv in text', told, analyzer('copy-format'), 'if (csvOptions.some((name) => given.has(name))) return undefined', ''],
  ['options of lines in binary', told, analyzer('copy-format'), ' && !lineOptions.some((name) => given.has(name))', ''],
  ['a delimiter that means something behind a backslash', told, analyzer('copy-format'), " || /[\\\\.a-z0-9]/.test(String.fromCharCode(lines.delimiter))) return", ') return'],
  ['an odd backslash for a missing value', told, analyzer('copy-format'), "return /^(?:[^\\\\]|\\\\[^])*$/.test(lines.missing) ? Object", 'return true ? Object'],
  ['a quote that is the delimiter', told, analyzer('copy-format'), 'quote === lines.delimiter || ', ''],
  ['a quote in what is missing', told, analyzer('copy-format'), ' || lines.missing.includes(String.fromCharCode(quote))) return', ') return'],
  ['the end of a line in what is missing', told, analyzer('copy-format'), '/[\\r\\n]/.test(missing) || ', ''],
  ['a delimiter in what is missing', told, analyzer('copy-format'), ' || missing.includes(String.fromCharCode(delimiter))) return', ') return'],
  ['a character of ASCII', told, analyzer('copy-format'), 'code > 0 && code < 128', 'code > 0'],
  ['a character that ends no line', told, analyzer('copy-format'), " || text === '\\n' || text === '\\r') return", ') return'],
  ['words for a header', told, analyzer('copy-format'), 'Object.hasOwn(truths, word) ? truths[word] : undefined', 'truths[word] ?? true'],
  ['numbers for a header', told, analyzer('copy-format'), "[false, true][numberOf(number, 'ival')]", "numberOf(number, 'ival') > 0"],
  ['columns behind some that are not known', told, analyzer('copy-out'), 'given?.some(({ rest }) => rest === true) !== false', 'given === undefined'],
  ['nothing is sent that cannot be searched', ['packages/adapter-pg/test/door/masked-copy.int.test.ts'], door('statement-flow'), 'analysis.copiesOut.some(({ format }) => format === undefined)', 'analysis.copiesOut.length < 0'],
  ['several statements', told, analyzer('analyse'), 'statements.length > 1 ? walk.copiesOut.map(ofUnknownColumns) : walk.copiesOut', 'walk.copiesOut'],
].map(([name, tests, file, find, replace]) => ({ name, file, find, replace, tests })) // prettier-ignore
