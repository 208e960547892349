/** Something about the server, its role or this process that weakens the door. */
export interface ServerFinding {
  /** What was found, in a word that stays the same. */
  readonly id:
    | 'superuser'
    | 'createrole'
    | 'bypassrls'
    | 'replication'
    | 'membership'
    | 'schema-writer'
    | 'schema-create'
    | 'credential-in-environment'
    | 'credential-in-file'
    | 'server-newer-than-grammar'
    | 'server-encoding'
  /** What is so, for people. It holds no value and no secret. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string
  /** Whether the target is refused because of it. */
  readonly refuses: boolean
}
