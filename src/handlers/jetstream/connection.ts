// Nats: connections to JetStream servers, for the handler that publishes and for the input that consumes.
//
// A connection that fails is not mended: the next try makes another one, so that nothing sent on the old one follows
// later than what is sent again.

import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream'
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import type { JetstreamHandlerOptions, TlsOptions } from '../../config/remote.js'
import { reasonOf } from '../../core/notice.js'
import { checkPackages, loadPackage } from '../packages.js'

/** Milliseconds a server has to answer anything. */
export const ANSWER_TIME = 5000

export type NatsOptions = Pick<
  JetstreamHandlerOptions,
  'servers' | 'user' | 'password' | 'token' | 'tls'
>

/** An open connection, and what asks the servers about streams. */
export interface Link {
  readonly connection: NatsConnection
  readonly manager: JetStreamManager
}

/** Throws `LOGSHARE_ERR_HANDLER`, which says what to install, if the client is not there. */
export function checkNats(): void {
  checkPackages('jetstream', ['@nats-io/transport-node', '@nats-io/jetstream'])
}

export function loadClient(): typeof import('@nats-io/transport-node') {
  return loadPackage('@nats-io/transport-node') as typeof import('@nats-io/transport-node')
}

export function loadJetstream(): typeof import('@nats-io/jetstream') {
  return loadPackage('@nats-io/jetstream') as typeof import('@nats-io/jetstream')
}

/** Connects to one of the servers, those included that the cluster has told of before. */
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

/** Servers of the cluster, as the one we are connected to tells. */
export function clusterOf({ connection }: Link): readonly string[] {
  return connection.info?.connect_urls ?? []
}

export async function closeLink({ connection }: Pick<Link, 'connection'>): Promise<void> {
  await connection.close().catch(() => undefined) // it is closed, or about to be
}

/** What is known of a stream; undefined if there is none. */
export async function lookUp({ manager }: Link, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(stream)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Whether a stream or a consumer is not there. */
export function isNotFound(error: unknown): boolean {
  const { StreamNotFound, ConsumerNotFound } = loadJetstream().JetStreamApiCodes
  const code = (error as { code?: unknown }).code
  return code === StreamNotFound || code === ConsumerNotFound
}

export function serversOf({ servers }: NatsOptions): readonly string[] {
  return servers && servers.length > 0 ? servers : ['127.0.0.1:4222']
}

/** A server's answer in words that say what to do. */
export function explain(error: unknown, stream: string): string {
  const { name = '' } = error as Error
  const text = reasonOf(error)
  if (name === 'AuthorizationError' || /authoriz|authentic/i.test(text)) {
    return `the server refuses us (${text}): check user, password, token or tls`
  }
  if (name === 'PermissionViolationError' || /permissions violation/i.test(text)) {
    return `the server does not permit it: ${text}`
  }
  if (name === 'JetStreamNotEnabled' || /no responders/i.test(text)) {
    return `nobody answers for stream ${stream}: it has no leader now, other subjects, or the server no JetStream`
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
    ...rest, // handed on to tls.connect
    ...(ca !== undefined && { caFile: ca }),
    ...(cert !== undefined && { certFile: cert }),
    ...(key !== undefined && { keyFile: key }),
  }
}

const QUIET: NodeConnectionOptions = {
  name: 'logshare',
  reconnect: false,
  timeout: ANSWER_TIME,
  noAsyncTraces: true, // an error made for each request, in case
}
