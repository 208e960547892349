import type { DeskAnswer } from '../desk.js'

/** What an engine made of an answer. */
export type KeptReceipt = NonNullable<DeskAnswer['receipt']>

/** A receipt as a line of a file. It begins one, so that what a crash tore before it takes nothing of it along. */
export function receiptLine(n: number, receipt: KeptReceipt): string {
  return `\n${JSON.stringify(receipt.counted ? { n, counted: true } : { n, counted: false, reason: receipt.reason })}\n`
}

/** Reads what `receiptLine` wrote, the first one of each answer. A line that a crash tore is left out. */
export function readReceipts(bytes: Uint8Array | undefined): ReadonlyMap<number, KeptReceipt> {
  const receipts = new Map<number, KeptReceipt>()
  for (const line of Buffer.from(bytes ?? [])
    .toString()
    .split('\n')) {
    const read = receiptOf(line)
    if (read !== undefined && !receipts.has(read.n)) receipts.set(read.n, read.receipt)
  }
  return receipts
}

function receiptOf(line: string): { readonly n: number; readonly receipt: KeptReceipt } | undefined {
  try {
    const { counted, n, reason } = Object(JSON.parse(line)) as Readonly<Record<string, unknown>>
    if (typeof n !== 'number') return undefined
    if (counted === true) return { n, receipt: { counted } }
    return counted === false && typeof reason === 'string' ? { n, receipt: { counted, reason } } : undefined
  } catch {
    return undefined
  }
}
