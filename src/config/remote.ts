// Remote: the options of handlers that send records to other systems or to the user's own module.

import { resolve } from 'node:path'
import { appName } from '../core/app.js'
import {
  addressBy,
  boolean,
  type Check,
  list,
  object,
  oneOf,
  optional,
  optionError,
  type Shape,
  text,
} from './check.js'
import { checkFilter, FILTER_NAMES, type FilterOptions } from './filter.js'
import { checkKeys, KEY_NAMES, type KeyOptions, STORE_FORMATS, type StoreFormat } from './format.js'
import { parseCount, parseDuration } from './quantity.js'

/** Options of `tls.connect`. Paths are resolved against the directory in which the root starts. */
export interface TlsOptions {
  /** Path of a PEM file with trusted certificates. Default: Node's list of authorities. */
  readonly ca?: string
  /** Path of a PEM file with the client's certificate. Default: none. */
  readonly cert?: string
  /** Path of a PEM file with the client's key. Default: none. */
  readonly key?: string
  /** Name that the receiver's certificate must have (SNI). Default: the host of the address. */
  readonly servername?: string
  /** Whether the receiver's certificate must be valid. Default true. */
  readonly rejectUnauthorized?: boolean
}

/** Sends records as JSON, one per line or datagram. */
export interface SocketHandlerOptions extends FilterOptions, KeyOptions {
  readonly type: 'socket'
  /** `tcp://host:port`, `tls://host:port`, `udp://host:port` or `unix:/path`. Required. */
  readonly address: string
  /** TLS of a `tls:` address. */
  readonly tls?: TlsOptions
  /** `json`, or the format of a log store as of a file. GELF messages end with a NUL over a stream. Default `"json"`. */
  readonly format?: 'json' | StoreFormat
}

/** Sends records to a syslog receiver. */
export interface SyslogHandlerOptions extends FilterOptions {
  readonly type: 'syslog'
  /** `tcp://host:port`, `tls://host:port`, `udp://host:port` or `unix:/path`. Default `"unix:/dev/log"`. */
  readonly address?: string
  /** TLS of a `tls:` address. */
  readonly tls?: TlsOptions
  /**
   * RFC of the message format. Default: `rfc3164` without a host name for a Unix socket, as receivers on the same
   * machine expect it, else `rfc5424`.
   */
  readonly format?: 'rfc5424' | 'rfc3164'
  /** Name of a facility of RFC 5424 section 6.2.1. Default `"user"`. */
  readonly facility?: string
  /** APP-NAME of RFC 5424, TAG of RFC 3164. Default: the name of the root's script. */
  readonly app?: string
}

/** Sends records as OpenTelemetry logs over OTLP. */
export interface OtlpHandlerOptions extends FilterOptions {
  readonly type: 'otlp'
  /**
   * An `http:` or `https:` URL. With an HTTP protocol a URL without a path gets `/v1/logs`. Default: the value of
   * `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT` or `OTEL_EXPORTER_OTLP_ENDPOINT`, else port 4318 (gRPC: 4317) of this host.
   */
  readonly url?: string
  /** Default `"http/protobuf"`. */
  readonly protocol?: 'http/protobuf' | 'http/json' | 'grpc'
  /** Headers of each request, by name. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Resource attributes, in addition to those of the process. They override `OTEL_RESOURCE_ATTRIBUTES`. Default: none.
   */
  readonly resource?: Readonly<Record<string, string>>
  /**
   * The resource's `service.name`, unless `resource`, `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` has one.
   * Default: the name of the root's script.
   */
  readonly app?: string
  /** Duration: time limit of one export. Default: the value of `OTEL_EXPORTER_OTLP_LOGS_TIMEOUT`, else `"10s"`. */
  readonly timeout?: string | number
  /** Duration: how long records are collected before a batch is sent. Default `"1s"`. */
  readonly delay?: string | number
}

/** Publishes records to a NATS JetStream stream. */
export interface JetstreamHandlerOptions extends FilterOptions {
  readonly type: 'jetstream'
  /** `host:port` of one or more servers of the cluster. Default `["127.0.0.1:4222"]`. */
  readonly servers?: readonly string[]
  /** Name of the stream. It is created, with file storage, if it does not exist. Default `"LOGS"`. */
  readonly stream?: string
  /** Replicas of a stream that is created: an integer of 1 or more. Default 1. */
  readonly replicas?: number
  /** First token of the subject `PREFIX.APP.HOST.LOGGER`. Default `"logs"`. */
  readonly prefix?: string
  /** Second token of the subject. Default: the name of the root's script. */
  readonly app?: string
  /** User name. Default: none. */
  readonly user?: string
  /** Password of `user`. Default: none. */
  readonly password?: string
  /** Authentication token, instead of user and password. Default: none. */
  readonly token?: string
  /** TLS of the connection. Default: none. */
  readonly tls?: TlsOptions
}

/** Passes records to the user's own code, which is loaded where the listener runs. */
export interface ModuleHandlerOptions extends FilterOptions {
  readonly type: 'module'
  /**
   * Path of a CommonJS or ES module, or name of a package. A path that starts with `.` is resolved against the
   * directory in which the root starts. Required.
   */
  readonly module: string
  /** Passed to the module's `createHandler`; must be JSON. Default: `undefined`. */
  readonly options?: unknown
}

/** Passes records to a pino transport. Needs the package pino. */
export interface PinoHandlerOptions extends FilterOptions {
  readonly type: 'pino'
  /** Name of the transport's package, or path of its module. Relative paths as those of a `module`. Required. */
  readonly target: string
  /** Passed to the transport; must be JSON. Default `{}`. */
  readonly options?: object
}

export type RemoteHandlerOptions =
  | SocketHandlerOptions
  | SyslogHandlerOptions
  | OtlpHandlerOptions
  | JetstreamHandlerOptions
  | ModuleHandlerOptions
  | PinoHandlerOptions

/** Checks the options of one such handler. Throws `LOGSHARE_ERR_OPTION`. */
export function checkRemote(value: Shape, option: string, directory: string): RemoteHandlerOptions {
  const type = value.type as RemoteHandlerOptions['type']
  const checks = checksOf(type, directory)
  const given = object(value, option, ['type', ...FILTER_NAMES, ...Object.keys(checks)])
  const checked: Record<string, unknown> = { type, ...checkFilter(given, option) }
  for (const [name, check] of Object.entries(checks)) {
    const isRequired = REQUIRED.includes(`${type}.${name}`)
    const found = (isRequired ? check : orAbsent(check))(given[name], `${option}.${name}`)
    if (found !== undefined) checked[name] = found
  }
  if (type === 'socket')
    Object.assign(checked, checkKeys(given, option, String(given.format ?? 'json')))
  // Resolved here, because the thread or process where the handler will run does not run the root's script.
  if (type === 'syslog' || type === 'otlp' || type === 'jetstream') checked.app ??= appName()
  return checked as unknown as RemoteHandlerOptions
}

/** Checked together, with the format. */
const keyChecks = Object.fromEntries(KEY_NAMES.map((name) => [name, (value: unknown) => value]))

const REQUIRED = ['socket.address', 'module.module', 'pino.target']

function checksOf(
  type: RemoteHandlerOptions['type'],
  directory: string,
): Readonly<Record<string, Check<unknown>>> {
  switch (type) {
    case 'socket':
      return { address, tls: tls(directory), format: oneOf('json', ...STORE_FORMATS), ...keyChecks }
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
    case 'pino':
      return {
        target: module(directory),
        options: (value, option) => ({ ...object(value, option) }),
      }
  }
}

/** Facility names; the index is the facility's number in table 1 of RFC 5424 section 6.2.1. */
export const FACILITIES: readonly string[] =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )

const address = addressBy('tcp', 'tls', 'udp')

const url: Check<string> = (value, option) => {
  const given = text(value, option)
  if (/^https?:\/\//.test(given) && URL.canParse(given)) return given
  throw optionError(option, 'an http or https URL', value)
}

const texts: Check<Readonly<Record<string, string>>> = (value, option) => {
  const given = object(value, option)
  for (const [key, each] of Object.entries(given)) text(each, `${option}['${key}']`)
  return { ...given } as Readonly<Record<string, string>>
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
      return [name, orAbsent<unknown>(check)(given[name], `${option}.${name}`)] as const
    })
    return Object.fromEntries(checked.filter(([, each]) => each !== undefined))
  }
}

// A relative path is resolved against the directory; a bare name is that of a package.
function module(directory: string): Check<string> {
  return (value, option) => {
    const given = text(value, option)
    return given.startsWith('.') ? resolve(directory, given) : given
  }
}

function orAbsent<T>(check: Check<T>): Check<T | undefined> {
  return (value, option) => optional(value, option, check)
}
