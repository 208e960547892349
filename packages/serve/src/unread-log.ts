/**
 * Goes on when nobody reads these streams any more: what runs and what waits for people must not end because whoever kept the
 * log did. The record is the journal, and its failures end things.
 */
export function mayGoUnread(...streams: readonly NodeJS.WritableStream[]): void {
  for (const stream of streams) stream.on('error', () => undefined)
}
