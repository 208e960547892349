/** Settings that may hold a secret. Names with a dot belong to extensions and applications and may, too. */
const secret: ReadonlySet<string> = new Set(
  'primary_conninfo restore_command archive_command archive_cleanup_command recovery_end_command ssl_passphrase_command krb_server_keyfile'.split(
    ' ',
  ),
)

/** Whether the value of a setting is worth a decision when it is read, and is never recorded. */
export function mayHoldSecret(name: string): boolean {
  return name.includes('.') || secret.has(name.toLowerCase())
}
