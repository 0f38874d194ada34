// Inputs: the option `inputs` of `logshare collect`, the sources from which it takes records of other programs.

import {
  addressBy,
  boolean,
  type Check,
  list,
  object,
  oneOf,
  optional,
  optionError,
  text,
} from './check.js'

/** Syslog messages (RFC 3164 or RFC 5424), in datagrams or over a stream. */
export interface SyslogInputOptions {
  readonly type: 'syslog'
  /** `udp://host:port`, `tcp://host:port` or `unix:/path`. Required. A loopback host unless `open` is true. */
  readonly address: string
  /** Whether other machines may connect or, to a Unix socket, other users of this machine. Default false. */
  readonly open?: boolean
}

/** JSON, one object per line, over a stream. */
export interface NdjsonInputOptions {
  readonly type: 'ndjson'
  /** `tcp://host:port` or `unix:/path`. Required. A loopback host unless `open` is true. */
  readonly address: string
  /** Whether other machines may connect or, to a Unix socket, other users of this machine. Default false. */
  readonly open?: boolean
}

/** A NATS JetStream stream, read by a durable consumer. */
export interface JetstreamInputOptions {
  readonly type: 'jetstream'
  /** `host:port` of one or more servers of the cluster. Default `["127.0.0.1:4222"]`. */
  readonly servers?: readonly string[]
  /** Name of the stream. Default `"LOGS"`. */
  readonly stream?: string
  /** Name of the durable consumer. Default `"logshare"`. */
  readonly durable?: string
  /** Filter on the subjects to read. Default: all subjects of the stream. */
  readonly subject?: string
  /** User name. Default: none. */
  readonly user?: string
  /** Password of `user`. Default: none. */
  readonly password?: string
  /** Authentication token, instead of user and password. Default: none. */
  readonly token?: string
}

export type InputOptions = SyslogInputOptions | NdjsonInputOptions | JetstreamInputOptions

/** Checks the option `inputs`. Throws `LOGSHARE_ERR_OPTION`. */
export function checkInputs(value: unknown, option: string): readonly InputOptions[] {
  return list(input)(value, option)
}

const TYPES = ['syslog', 'ndjson', 'jetstream'] as const

const input: Check<InputOptions> = (value, option) => {
  const type = oneOf(...TYPES)(object(value, option).type, `${option}.type`)
  if (type === 'jetstream') return jetstream(value, option)
  const given = object(value, option, ['type', 'address', 'open'])
  const open = optional(given.open, `${option}.open`, boolean) ?? false
  const schemes = type === 'syslog' ? ['udp', 'tcp'] : ['tcp']
  const address = addressBy(...schemes)(given.address, `${option}.address`)
  if (!open && !isLocal(address)) {
    const what = 'a loopback address, or "open": true in the same input'
    throw optionError(`${option}.address`, what, address)
  }
  return { type, address, ...(open && { open }) }
}

function jetstream(value: unknown, option: string): JetstreamInputOptions {
  const texts = ['stream', 'durable', 'subject', 'user', 'password', 'token'] as const
  const given = object(value, option, ['type', 'servers', ...texts])
  const checked: Record<string, unknown> = { type: 'jetstream' }
  const servers = optional(given.servers, `${option}.servers`, list(text))
  if (servers) checked.servers = servers
  for (const name of texts) {
    const found = optional(given[name], `${option}.${name}`, text)
    if (found !== undefined) checked[name] = found
  }
  return checked as unknown as JetstreamInputOptions
}

function isLocal(address: string): boolean {
  if (address.startsWith('unix:')) return true
  const { hostname } = new URL(address)
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
