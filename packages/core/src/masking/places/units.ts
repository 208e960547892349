/** How many units are kept room for from text to text: more than a stream looks at, when it waits for nothing. */
const room = 131_072
/** And for what is looked at meanwhile: what is around a row. */
const innerRoom = 2048
/** Fewer are sooner copied and cleared one by one. */
const few = 48

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Numbers, and their bytes. */
class Room {
  readonly units: Uint16Array
  readonly #bytes: Buffer

  constructor(length: number) {
    const memory = new ArrayBuffer((length + 1) * 2)
    this.units = new Uint16Array(memory)
    this.#bytes = Buffer.from(memory)
  }

  write(text: string): void {
    if (isLittleEndian && text.length > few) this.#bytes.write(text, 'utf16le')
    else for (let at = 0; at < text.length; at += 1) this.units[at] = text.charCodeAt(at)
  }

  clear(length: number): void {
    if (length > few) this.units.fill(0, 0, length)
    else for (let at = 0; at < length; at += 1) this.units[at] = 0
  }
}

interface Kept {
  free: Room | undefined
}

const outer: Kept = { free: new Room(room) }
const inner: Kept = { free: new Room(innerRoom) }

/**
 * Shows the UTF-16 code units of a text as numbers while `look` runs, and returns what it does: a string tells each of them
 * several times as slowly. Behind the last one is a zero.
 */
export function withUnits<T>(text: string, look: (units: Uint16Array) => T): T {
  // Whoever looks may look at other texts meanwhile.
  const place = outer.free === undefined ? inner : outer
  const found = text.length <= (place === outer ? room : innerRoom) ? place.free : undefined
  if (found === undefined) return looked(new Room(text.length), text, look)
  place.free = undefined
  try {
    return looked(found, text, look)
  } finally {
    // Nothing of the text stays.
    found.clear(text.length)
    place.free = found
  }
}

function looked<T>(where: Room, text: string, look: (units: Uint16Array) => T): T {
  where.write(text)
  return look(where.units)
}
