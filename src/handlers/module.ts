// Module handler: passes parsed records to a handler that the user's own module exports, in the listener thread.

import { pathToFileURL } from 'node:url'
import type { ModuleHandlerOptions } from '../config/remote.js'
import { LogshareError } from '../core/errors.js'
import { reasonOf } from '../core/notice.js'
import type { LogRecord } from '../core/record.js'
import { createFilter } from './filter.js'
import type { Handler, HandlerContext } from './handler.js'
import { parseBytes } from './lines.js'
import { Courier, courierMethods, Refusal } from './network/courier.js'
import { find } from './packages.js'

/** Largest size (bytes of JSON) of the records in one `write`. */
const BATCH = 256 * 1024

/**
 * What the module's `createHandler` (or its default export) returns or resolves to. The next `write` comes after the
 * promise of the previous one has settled. If a `write` throws or rejects, its records count as dropped and are not
 * retried.
 */
export interface RecordHandler {
  write(records: readonly LogRecord[]): void | Promise<void>
  /** Called when the application calls `flush()`, and at its end. */
  flush?(): void | Promise<void>
  /** Called once, after the last `flush`. */
  close?(): void | Promise<void>
}

/** Throws `LOGSHARE_ERR_HANDLER` if the module cannot be found. It is loaded with the first record. */
export function createModuleHandler(
  options: ModuleHandlerOptions,
  context: HandlerContext,
): Handler {
  const path = checkModule(options)
  const label = `module ${options.module}`
  let opening: Promise<RecordHandler> | undefined
  let opened: RecordHandler | undefined
  const courier = new Courier({
    label,
    context,
    bytes: BATCH,
    async send(lines) {
      try {
        opening ??= load(path, options)
        const records = lines.map((line) => parseBytes(line))
        opened = await opening
        await opened.write(records)
      } catch (error) {
        throw new Refusal(reasonOf(error))
      }
    },
  })
  return {
    ...courierMethods(courier),
    label,
    accepts: createFilter(options),
    flush: () => opened?.flush?.(),
    async close() {
      courier.close()
      await opened?.close?.()
    },
  }
}

/** Returns the module's file. Throws `LOGSHARE_ERR_HANDLER` if it cannot be found. */
export function checkModule({ module }: ModuleHandlerOptions): string {
  const path = find(module)
  if (path !== undefined) return path
  throw new LogshareError('LOGSHARE_ERR_HANDLER', `module handler: cannot find '${module}'`)
}

async function load(path: string, options: ModuleHandlerOptions): Promise<RecordHandler> {
  const exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>
  const inner = exports.default as Record<string, unknown> | undefined
  const create = exports.createHandler ?? inner?.createHandler ?? inner?.default ?? inner
  if (typeof create !== 'function') throw new Error('the module exports no function createHandler')
  const handler = (await create(options.options)) as RecordHandler | undefined
  if (typeof handler?.write === 'function') return handler
  throw new Error('createHandler returned no object with a write method')
}
