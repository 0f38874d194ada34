// Remote: the options of handlers that give records to other systems, or to a module of the user's.

import { resolve } from 'node:path'
import { appName } from '../core/app.js'
import {
  addressBy,
  boolean,
  type Check,
  fault,
  list,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from './check.js'
import { checkFilter, FILTER_NAMES, type FilterOptions } from './filter.js'
import { parseCount, parseDuration } from './quantity.js'

/** TLS as `tls.connect` takes it; `ca`, `cert` and `key` are paths of PEM files. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** Default: the host's name. */
  readonly servername?: string
  /** Whether a receiver must prove who it is. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** Lines of JSON over a stream or in datagrams. */
export interface SocketHandlerOptions extends FilterOptions {
  readonly type: 'socket'
  /** `tcp://host:port`, `tls://host:port`, `udp://host:port` or `unix:/path`. */
  readonly address: string
  readonly tls?: TlsOptions
}

/** RFC 5424 or, for old receivers, RFC 3164. */
export interface SyslogHandlerOptions extends FilterOptions {
  readonly type: 'syslog'
  /** As for `socket`; default `unix:/dev/log`. */
  readonly address?: string
  readonly tls?: TlsOptions
  /** Default: `rfc3164` without a host for a Unix socket, as receivers on the same machine expect it, else `rfc5424`. */
  readonly format?: 'rfc5424' | 'rfc3164'
  /** RFC 5424 section 6.2.1, by name. Default `user`. */
  readonly facility?: string
  /** APP-NAME. Default: the name of the root's script. */
  readonly app?: string
}

/** OpenTelemetry logs over OTLP. */
export interface OtlpHandlerOptions extends FilterOptions {
  readonly type: 'otlp'
  /**
   * With HTTP and no path, `/v1/logs` is meant. Default: that of `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT` or
   * `OTEL_EXPORTER_OTLP_ENDPOINT`, else port 4318 of this host, with gRPC 4317.
   */
  readonly url?: string
  /** Default `http/protobuf`. */
  readonly protocol?: 'http/protobuf' | 'http/json' | 'grpc'
  readonly headers?: Readonly<Record<string, string>>
  /** Attributes of the resource, beside those of the process; they go before `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resource?: Readonly<Record<string, string>>
  /**
   * The resource's `service.name` where neither `resource` nor `OTEL_SERVICE_NAME` nor `OTEL_RESOURCE_ATTRIBUTES` has
   * one. Default: the name of the root's script.
   */
  readonly app?: string
  /** Milliseconds a batch is waited for. Default: that of `OTEL_EXPORTER_OTLP_LOGS_TIMEOUT`, else `10s`. */
  readonly timeout?: string | number
  /** Milliseconds records are collected for a batch. Default `1s`. */
  readonly delay?: string | number
}

/** A stream of NATS JetStream. */
export interface JetstreamHandlerOptions extends FilterOptions {
  readonly type: 'jetstream'
  /** `host:port` of some servers of the cluster. Default `["127.0.0.1:4222"]`. */
  readonly servers?: readonly string[]
  /** The stream; made if it is not there, with file storage. Default `LOGS`. */
  readonly stream?: string
  /** Copies of a stream that is made. Default 1. */
  readonly replicas?: number
  /** First token of the subject `PREFIX.APP.HOST.LOGGER`. Default `logs`. */
  readonly prefix?: string
  /** Default: the name of the root's script. */
  readonly app?: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
  readonly tls?: TlsOptions
}

/** A handler of the user's own, loaded where the listener is. */
export interface ModuleHandlerOptions extends FilterOptions {
  readonly type: 'module'
  /** Path of a CommonJS or ES module, or a package's name. */
  readonly module: string
  /** Handed to it; must be JSON. */
  readonly options?: unknown
}

export type RemoteHandlerOptions =
  | SocketHandlerOptions
  | SyslogHandlerOptions
  | OtlpHandlerOptions
  | JetstreamHandlerOptions
  | ModuleHandlerOptions

/** Checks of one type's options; throws `LOGSHARE_ERR_OPTION`. */
export function checkRemote(value: Shape, option: string, directory: string): RemoteHandlerOptions {
  const type = value.type as RemoteHandlerOptions['type']
  const checks = checksOf(type, directory)
  const given = object(value, option, ['type', ...FILTER_NAMES, ...Object.keys(checks)])
  const checked: Record<string, unknown> = { type, ...checkFilter(given, option) }
  for (const [name, check] of Object.entries(checks)) {
    const isNeeded = NEEDED.includes(`${type}.${name}`)
    const found = (isNeeded ? check : maybe(check))(given[name], `${option}.${name}`)
    if (found !== undefined) checked[name] = found
  }
  // Found out here: the thread and the process where the handler will live do not run that script.
  if (type === 'syslog' || type === 'otlp' || type === 'jetstream') checked.app ??= appName()
  return checked as unknown as RemoteHandlerOptions
}

const NEEDED = ['socket.address', 'module.module']

function checksOf(
  type: RemoteHandlerOptions['type'],
  directory: string,
): Readonly<Record<string, Check<unknown>>> {
  switch (type) {
    case 'socket':
      return { address, tls: tls(directory) }
    case 'syslog':
      return {
        address,
        tls: tls(directory),
        format: oneOf('rfc5424', 'rfc3164'),
        facility: oneOf(...FACILITIES),
        app: text,
      }
    case 'otlp':
      return {
        url,
        protocol: oneOf('http/protobuf', 'http/json', 'grpc'),
        headers: texts,
        resource: texts,
        app: text,
        timeout: parseDuration,
        delay: parseDuration,
      }
    case 'jetstream':
      return {
        servers: list(text),
        stream: text,
        replicas: parseCount,
        prefix: text,
        app: text,
        user: text,
        password: text,
        token: text,
        tls: tls(directory),
      }
    case 'module':
      return { module: module(directory), options: (value) => value }
  }
}

/** RFC 5424 section 6.2.1, table 1: a name's place is its number. */
export const FACILITIES: readonly string[] =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )

const address = addressBy('tcp', 'tls', 'udp')

const url: Check<string> = (value, option) => {
  const given = text(value, option)
  if (/^https?:\/\//.test(given) && URL.canParse(given)) return given
  throw fault(option, 'an http or https URL', value)
}

const texts: Check<Readonly<Record<string, string>>> = (value, option) => {
  const given = object(value, option)
  for (const [key, each] of Object.entries(given)) text(each, `${option}['${key}']`)
  return given as Readonly<Record<string, string>>
}

function tls(directory: string): Check<TlsOptions> {
  return (value, option) => {
    const given = object(value, option, ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'])
    const path: Check<string> = (each, name) => resolve(directory, text(each, name))
    const checks = {
      ca: path,
      cert: path,
      key: path,
      servername: text,
      rejectUnauthorized: boolean,
    }
    const checked = Object.entries(checks).map(([name, check]) => {
      return [name, maybe<unknown>(check)(given[name], `${option}.${name}`)] as const
    })
    return Object.fromEntries(checked.filter(([, each]) => each !== undefined))
  }
}

// A path is one of the configuration's directory; a bare name is a package's.
function module(directory: string): Check<string> {
  return (value, option) => {
    const given = text(value, option)
    return given.startsWith('.') ? resolve(directory, given) : given
  }
}

function maybe<T>(check: Check<T>): Check<T | undefined> {
  return (value, option) => optional(value, option, check)
}
