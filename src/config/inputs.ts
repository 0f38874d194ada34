// Inputs: the options of `logshare collect` for what it takes from others than applications with logshare.

import {
  addressBy,
  boolean,
  type Check,
  fault,
  list,
  object,
  oneOf,
  optional,
  text,
} from './check.js'

/** Syslog messages, RFC 3164 or 5424, in datagrams or over a stream. */
export interface SyslogInputOptions {
  readonly type: 'syslog'
  /** `udp://host:port`, `tcp://host:port` or `unix:/path`. */
  readonly address: string
  /** Whether others than this machine may connect or, to a Unix socket, other users of it. */
  readonly open?: boolean
}

/** Lines of JSON over a stream. */
export interface NdjsonInputOptions {
  readonly type: 'ndjson'
  /** `tcp://host:port` or `unix:/path`. */
  readonly address: string
  readonly open?: boolean
}

/** A stream of NATS JetStream, read by a durable consumer. */
export interface JetstreamInputOptions {
  readonly type: 'jetstream'
  /** Default `["127.0.0.1:4222"]`. */
  readonly servers?: readonly string[]
  /** Default `LOGS`. */
  readonly stream?: string
  /** The consumer's name. Default `logshare`. */
  readonly durable?: string
  /** Subjects that are read. Default all. */
  readonly subject?: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
}

export type InputOptions = SyslogInputOptions | NdjsonInputOptions | JetstreamInputOptions

/** Inputs as a configuration has them; throws `LOGSHARE_ERR_OPTION`. */
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
    throw fault(`${option}.address`, 'a loopback address, or "open": true beside it', address)
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
