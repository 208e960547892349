/** For data that is thrown away: nothing waits for the disk. Durability tests set `fsync` to `on`. */
const defaults: Readonly<Record<string, string>> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  shared_buffers: '64MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** Where the cluster listens and logs; not for callers to change. */
export type Placement = {
  readonly port: number
  readonly socketFolder: string
  readonly logFolder: string
  readonly jsonlog: boolean
}

/** Returns lines for postgresql.conf: defaults, then the caller's settings, then the placement, which wins. */
export function settingLines(settings: Readonly<Record<string, string>>, placement: Placement): string {
  const all: Record<string, string> = { ...defaults, ...settings, ...placementSettings(placement) }
  return Object.entries(all)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('')
}

function placementSettings(placement: Placement): Readonly<Record<string, string>> {
  const { port, socketFolder, logFolder, jsonlog } = placement
  return {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketFolder,
    ...(jsonlog && {
      logging_collector: 'on',
      log_destination: 'jsonlog',
      log_directory: logFolder,
      log_filename: 'server.log',
      log_rotation_age: '0',
      log_rotation_size: '0',
    }),
  }
}
