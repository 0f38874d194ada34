// The module handler: gives records to code of the user's own, where the listener is.

import { pathToFileURL } from 'node:url'
import type { ModuleHandlerOptions } from '../config/remote.js'
import { LogshareError } from '../core/errors.js'
import { reasonOf } from '../core/notice.js'
import type { LogRecord } from '../core/record.js'
import { createFilter } from './filter.js'
import type { Handler, Surroundings } from './handler.js'
import { parseLine } from './lines.js'
import { Courier, courierPart, Refusal } from './network/courier.js'
import { find } from './packages.js'

/** Bytes of records that one call of it gets at most. */
const BATCH = 256 * 1024

/**
 * What the module's `createHandler` (or its default export) returns, or resolves to. Calls come one after the other: the
 * next `write` when the last one has returned and what it returned has resolved. Records of a `write` that throws or
 * rejects count as dropped; they are not given to it again.
 */
export interface RecordHandler {
  write(records: readonly LogRecord[]): void | Promise<void>
  /** Called when the application flushes, and at its end. */
  flush?(): void | Promise<void>
  /** Called once, after the last `flush`. */
  close?(): void | Promise<void>
}

/** Throws `LOGSHARE_ERR_HANDLER` if there is no such module. It is loaded with the first record. */
export function createModuleHandler(options: ModuleHandlerOptions, place: Surroundings): Handler {
  const path = checkModule(options)
  const label = `module ${options.module}`
  let opening: Promise<RecordHandler> | undefined
  let opened: RecordHandler | undefined
  const courier = new Courier({
    label,
    place,
    bytes: BATCH,
    async send(lines) {
      try {
        opening ??= load(path, options)
        const records = lines.map((line) => parseLine(Buffer.from(line).toString()))
        opened = await opening
        await opened.write(records)
      } catch (error) {
        throw new Refusal(reasonOf(error))
      }
    },
  })
  return {
    ...courierPart(courier),
    label,
    accepts: createFilter(options),
    flush: () => opened?.flush?.(),
    async close() {
      courier.close()
      await opened?.close?.()
    },
  }
}

/** The module's file; throws `LOGSHARE_ERR_HANDLER` if there is none. */
export function checkModule({ module }: ModuleHandlerOptions): string {
  const path = find(module)
  if (path !== undefined) return path
  throw new LogshareError('LOGSHARE_ERR_HANDLER', `module handler: cannot find '${module}'`)
}

async function load(path: string, options: ModuleHandlerOptions): Promise<RecordHandler> {
  const exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>
  const inner = exports.default as Record<string, unknown> | undefined
  const create = exports.createHandler ?? inner?.createHandler ?? inner?.default ?? inner
  if (typeof create !== 'function') throw new Error('it exports no function createHandler')
  const handler = (await create(options.options)) as RecordHandler | undefined
  if (typeof handler?.write === 'function') return handler
  throw new Error('its createHandler returned nothing with a method write')
}
