/** A generator of numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  one<Item>(items: readonly Item[]): Item {
    // The index is below the length; callers pass at least one item.
    return items[this.below(items.length)] as Item
  }
}

/** Cuts typed messages apart. The bytes must be whole messages. */
export function messagesOf(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    messages.push(bytes.subarray(at, end))
    at = end
  }
  return messages
}

/** One to four changes to a conversation: of bits, lengths, order, number and content of its messages. */
export function mutate(messages: readonly Buffer[], random: Random): Buffer[] {
  const changed = messages.map((message) => Buffer.from(message))
  for (let count = 1 + random.below(4); count > 0; count--) mutateOnce(changed, random)
  return changed
}

function mutateOnce(messages: Buffer[], random: Random): void {
  const at = random.below(messages.length)
  const message = Buffer.from(messages[at] ?? Buffer.alloc(5))
  const replace = (...by: Buffer[]): void => {
    messages.splice(at, 1, ...by)
  }
  switch (random.below(11)) {
    case 0: {
      const byte = random.below(message.length)
      message.writeUInt8(message.readUInt8(byte) ^ (1 << random.below(8)), byte)
      replace(message)
      return
    }
    case 1:
      message.writeUInt8(random.below(256), random.below(message.length))
      replace(message)
      return
    case 2:
      message.writeInt32BE(random.one([-1, 0, 3, 4, 5, message.length, message.length - 2, 0x7fff_ffff, 70_000]), 1)
      replace(message)
      return
    case 3:
      message.write(random.one([...'QPBDECHSdcfFp?XG']), 0, 'latin1')
      replace(message)
      return
    case 4:
      replace(message, message)
      return
    case 5:
      if (messages.length > 1) replace()
      return
    case 6: {
      const other = random.below(messages.length)
      replace(Buffer.from(messages[other] ?? message))
      messages[other] = message
      return
    }
    case 7:
      replace(withBody(message, Buffer.concat([message.subarray(5), Buffer.from('\0drop table t\0')])))
      return
    case 8: {
      const cut = 5 + random.below(Math.max(1, message.length - 5))
      replace(withBody(message, message.subarray(5, cut)))
      return
    }
    case 9: {
      const cut = 5 + random.below(Math.max(1, message.length - 5))
      const noise = Buffer.from(Array.from({ length: random.below(12) }, () => random.below(256)))
      replace(withBody(message, Buffer.concat([message.subarray(5, cut), noise, message.subarray(cut)])))
      return
    }
    default:
      messages.splice(at, 0, random.one([sync, flush, dropIt]))
  }
}

const sync = Buffer.from('S\0\0\0\x04', 'latin1')
const flush = Buffer.from('H\0\0\0\x04', 'latin1')
const dropIt = withBody(Buffer.from('Q'), Buffer.from('drop table t\0'))

function withBody(message: Buffer, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(message.readUInt8(0), 0)
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, body])
}
