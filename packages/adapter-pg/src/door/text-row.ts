import { BodyReader } from './messages.js'

/** A DataRow whose values are in text format. */
export function textRow(bytes: Buffer): readonly (string | null)[] {
  const body = new BodyReader(bytes)
  const count = body.int16()
  const values: (string | null)[] = []
  for (let index = 0; index < count; index++) {
    const length = body.int32()
    values.push(length < 0 ? null : body.take(length).toString('utf8'))
  }
  return values
}
