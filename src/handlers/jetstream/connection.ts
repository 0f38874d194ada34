// Connection: connects to NATS servers with JetStream, for the handler that publishes and for the input that consumes.
//
// The client's automatic reconnect is off. After a failure the next try makes a new connection; otherwise messages
// buffered for the old connection could arrive after the same messages were sent again.

import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream'
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import type { JetstreamHandlerOptions, TlsOptions } from '../../config/remote.js'
import { reasonOf } from '../../core/notice.js'
import { checkPackages, loadPackage } from '../packages.js'

/** Longest time (ms) a server may take to answer any request. */
export const ANSWER_TIME = 5000

export type NatsOptions = Pick<
  JetstreamHandlerOptions,
  'servers' | 'user' | 'password' | 'token' | 'tls'
>

/** An open connection and its stream manager. */
export interface Link {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
}

/** Throws `LOGSHARE_ERR_HANDLER` with the install command if the NATS client is not installed. */
export function checkNats(): void {
  checkPackages('jetstream', ['@nats-io/transport-node', '@nats-io/jetstream'])
}

export function loadClient(): typeof import('@nats-io/transport-node') {
  return loadPackage('@nats-io/transport-node') as typeof import('@nats-io/transport-node')
}

export function loadJetstream(): typeof import('@nats-io/jetstream') {
  return loadPackage('@nats-io/jetstream') as typeof import('@nats-io/jetstream')
}

/** Connects to one of the configured servers, or of `known`: those that the cluster advertised before. */
export async function openLink(options: NatsOptions, known: readonly string[]): Promise<Link> {
  const servers = [...new Set([...serversOf(options), ...known])]
  const connection = await loadClient().connect({ ...credentialsOf(options), ...QUIET, servers })
  try {
    const manager = await loadJetstream().jetstreamManager(connection, { timeout: ANSWER_TIME })
    return { connection, manager }
  } catch (error) {
    await closeLink({ connection })
    throw error
  }
}

/** The cluster's servers as advertised by the connected one. */
export function clusterOf({ connection }: Link): readonly string[] {
  return connection.info?.connect_urls ?? []
}

export async function closeLink({ connection }: Pick<Link, 'connection'>): Promise<void> {
  await connection.close().catch(() => undefined) // it is closed already, or the error closes it
}

/** The stream's configuration and state; undefined if it does not exist. */
export async function lookUp({ manager }: Link, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(stream)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Whether the error says that a stream or a consumer does not exist. */
export function isNotFound(error: unknown): boolean {
  const { StreamNotFound, ConsumerNotFound } = loadJetstream().JetStreamApiCodes
  const code = (error as { code?: unknown }).code
  return code === StreamNotFound || code === ConsumerNotFound
}

/** The configured servers as `host:port`. Default `127.0.0.1:4222`. */
export function serversOf({ servers }: NatsOptions): readonly string[] {
  return servers && servers.length > 0 ? servers : ['127.0.0.1:4222']
}

/** A NATS error as a text that says what to check. */
export function explain(error: unknown, stream: string): string {
  const { name = '' } = error as Error
  const text = reasonOf(error)
  if (name === 'AuthorizationError' || /authoriz|authentic/i.test(text)) {
    return `the server rejected the login (${text}): check user, password, token or tls`
  }
  if (name === 'PermissionViolationError' || /permissions violation/i.test(text)) {
    return `the server denied permission: ${text}`
  }
  if (name === 'JetStreamNotEnabled' || /no responders/i.test(text)) {
    return `no answer for stream ${stream}: it has no leader, it has other subjects, or JetStream is off on the server`
  }
  return text
}

function credentialsOf({ user, password, token, tls }: NatsOptions): NodeConnectionOptions {
  return {
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(tls && { tls: tlsOf(tls) }),
  }
}

function tlsOf({ ca, cert, key, ...rest }: TlsOptions): NonNullable<NodeConnectionOptions['tls']> {
  return {
    ...rest, // passed to tls.connect
    ...(ca !== undefined && { caFile: ca }),
    ...(cert !== undefined && { certFile: cert }),
    ...(key !== undefined && { keyFile: key }),
  }
}

const QUIET: NodeConnectionOptions = {
  name: 'logshare',
  reconnect: false,
  timeout: ANSWER_TIME,
  noAsyncTraces: true, // they create an Error object for each request
}
