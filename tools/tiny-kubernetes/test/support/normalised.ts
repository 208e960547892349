/** What differs from one server to the next, and from one second to the next. */
const own = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'continue', 'clusterIP'])
/** What a server of a few hundred lines does not tell. */
const untold = new Set(['managedFields', 'description', 'storageVersionHash', 'serverAddress'])

/** An answer without what is its server's own. What is JSON is read, also line by line, as a watch has it. */
export function normalised(text: string): unknown {
  const whole = parsed(text)
  if (whole !== undefined) return plain(whole)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const events = lines.map(parsed)
  if (lines.length === 0 || events.includes(undefined)) return text.trim()
  // What is there when a watch begins comes in no order.
  return events.map(plain).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'string') return told(value)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .filter(([key]) => !untold.has(key))
    .map(([key, each]) => [key, own.has(key) && typeof each === 'string' ? '…' : plain(each)])
  return Object.fromEntries(entries) as unknown
}

function told(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '…')
    .replaceAll(/in record \(\d+\)/g, 'in record (…)')
    .replaceAll(/^\d+s$/g, 'age')
    .replaceAll(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/g, 'time')
}
