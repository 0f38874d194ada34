// Pino handler: passes records to a pino transport, which runs in a thread of its own beside the listener's.
//
// https://github.com/pinojs/pino/blob/main/docs/transports.md

import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { PinoHandlerOptions } from '../config/remote.js'
import { LogshareError } from '../core/errors.js'
import { notice, reasonOf } from '../core/notice.js'
import { setTimeout } from '../core/originals.js'
import { createFilter } from './filter.js'
import type { Handler, HandlerContext } from './handler.js'
import { Courier, courierMethods, Refusal } from './network/courier.js'
import { checkPackages, find, loadPackage } from './packages.js'

/** Largest size (bytes of JSON) of the records in one `write`. */
const BATCH = 256 * 1024

/** What `pino.transport` returns: a thread-stream. */
interface Transport extends Pick<Writable, 'write' | 'end' | 'on' | 'once' | 'destroyed'> {
  /** Calls back when the transport's thread has taken everything. */
  flush?(done: (error?: Error | null) => void): void
}

/** Throws `LOGSHARE_ERR_HANDLER` if pino or the transport is not installed. The transport starts with the first record. */
export function createPinoHandler(options: PinoHandlerOptions, context: HandlerContext): Handler {
  const target = checkPino(options)
  const label = `pino ${options.target}`
  let transport: Transport | undefined
  const courier = new Courier({
    label,
    context,
    bytes: BATCH,
    async send(lines) {
      transport ??= start(target, options, (reason) => {
        transport = undefined // the next batch starts another one
        notice('LOGSHARE_WARN_HANDLER', `${label}: ${reason}`, label)
      })
      await pass(transport, lines)
    },
  })
  return {
    ...courierMethods(courier),
    label,
    accepts: createFilter(options),
    async close() {
      courier.close()
      if (transport) await end(transport, context.wait)
    },
  }
}

/** Returns the transport's file. Throws `LOGSHARE_ERR_HANDLER` if it or pino cannot be found. */
export function checkPino({ target }: PinoHandlerOptions): string {
  checkPackages('pino', ['pino'])
  if (target.startsWith('pino/')) return target // pino knows its own
  const path = find(target)
  if (path !== undefined) return path
  const remedy = /^[./]/.test(target) ? '' : `; npm install ${target}`
  throw new LogshareError('LOGSHARE_ERR_HANDLER', `pino handler: cannot find '${target}'${remedy}`)
}

function start(
  target: string,
  { options = {} }: PinoHandlerOptions,
  failed: (reason: string) => void,
): Transport {
  const { transport } = loadPackage('pino') as { transport(options: object): Transport }
  const started = transport({ target, options })
  started.on('error', (error: unknown) => failed(reasonOf(error)))
  return started
}

// Resolves when the transport's thread has taken the records, so that no more than a batch waits in memory.
async function pass(transport: Transport, lines: readonly Uint8Array[]): Promise<void> {
  try {
    let text = ''
    for (const line of lines) text += `${Buffer.from(line).toString()}\n`
    if (!transport.write(text)) await once(transport as Writable, 'drain')
    await new Promise<void>((done, fail) => {
      if (!transport.flush) return done()
      transport.flush((error) => (error ? fail(error) : done()))
    })
  } catch (error) {
    throw new Refusal(reasonOf(error))
  }
}

// The transport has `wait` ms to send what it holds.
async function end(transport: Transport, wait: number): Promise<void> {
  if (transport.destroyed) return
  const closed = once(transport as Writable, 'close').catch(() => {})
  transport.end()
  await Promise.race([closed, new Promise((done) => setTimeout(done, wait).unref())])
}
