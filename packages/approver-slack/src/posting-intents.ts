/** A message that is about to be posted, as it is on disk before Slack is asked to. */
export interface PostingIntent {
  readonly request: string
  /** Names the post in its metadata in Slack, which nobody reads in the message. */
  readonly post: string
  /** When it was first tried, in Unix milliseconds. */
  readonly sinceMs: number
  /** The digest of the view that the message shows. */
  readonly view: string
  /** False: it does not show all, and nothing can be approved by it. */
  readonly whole: boolean
  /** The first digits of the request's digest. */
  readonly prefix: string
}
