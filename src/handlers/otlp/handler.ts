// OTLP handler: sends records as OpenTelemetry logs, through OpenTelemetry's own exporters.
//
// It combines the courier (retries), `record.ts` (data model), `resource.ts` (application) and `exporter.ts`
// (protocol).

import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { OtlpHandlerOptions } from '../../config/remote.js'
import { LEVELS, type Level } from '../../core/level.js'
import { notice, reasonOf } from '../../core/notice.js'
import { createFilter } from '../filter.js'
import type { Handler, HandlerContext } from '../handler.js'
import { Courier, courierMethods, PartialFailure, Refusal } from '../network/courier.js'
import { checkPackages } from '../packages.js'
import { openExporter, packagesFor, TooLarge } from './exporter.js'
import { toOtlp } from './record.js'
import { detectResource } from './resource.js'

/**
 * Bytes of JSON lines in one request. The request can be a few times as large; receivers commonly accept 1 or 4 MiB.
 */
const BATCH = 256 * 1024
/** Default of the `delay` option (ms). */
const DELAY = 1000

/** Throws `LOGSHARE_ERR_HANDLER` if a package it needs is not installed. They are loaded with the first record. */
export function createOtlpHandler(options: OtlpHandlerOptions, context: HandlerContext): Handler {
  checkOtlp(options)
  const label = options.url === undefined ? 'otlp' : `otlp ${new URL(options.url).host}`
  let opening: ReturnType<typeof open> | undefined
  const courier = new Courier({
    label,
    context,
    bytes: BATCH,
    delay: Number(options.delay ?? DELAY),
    async send(lines) {
      opening ??= open(options)
      const { exporter, resource } = await opening
      await deliver(toOtlp(lines, resource), {
        async send(records) {
          const { rejected, message } = await exporter.send(records)
          if (rejected > 0) refuse(records, rejected, message)
          else if (message !== '')
            notice('LOGSHARE_WARN_HANDLER', `${label}: ${message}`, `${label} warns`)
        },
        refuse: (records, reason) => refuse(records, records.length, reason),
      })
    },
  })

  // A receiver that rejects some records of a batch does not say which: the first ones are counted as dropped.
  function refuse(records: readonly ReadableLogRecord[], count: number, reason: string): void {
    for (const { attributes, severityText } of records.slice(0, count)) {
      context.dropped(String(attributes['logshare.source']), LEVELS[severityText as Level], 1)
    }
    notice('LOGSHARE_WARN_DROPPED', `${label}: ${count} records refused: ${reason}`, label)
  }

  return {
    ...courierMethods(courier),
    label,
    accepts: createFilter(options),
    async close() {
      courier.close()
      ;(await opening)?.exporter.close()
    },
  }
}

/** Throws `LOGSHARE_ERR_HANDLER` if a package that the handler needs is not installed. */
export function checkOtlp(options: OtlpHandlerOptions): void {
  checkPackages('otlp', packagesFor(options))
}

async function open(options: OtlpHandlerOptions) {
  const resource = await detectResource(options)
  return { resource, exporter: openExporter(options) }
}

interface Receiver {
  send(records: readonly ReadableLogRecord[]): Promise<void>
  refuse(records: readonly ReadableLogRecord[], reason: string): void
}

// A batch that is too large for the receiver is split into halves, down to a single record.
async function deliver(all: readonly ReadableLogRecord[], receiver: Receiver): Promise<void> {
  let done = 0
  const send = async (records: readonly ReadableLogRecord[]): Promise<void> => {
    try {
      await receiver.send(records)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error instanceof TooLarge && records.length > 1) {
        const half = records.length >> 1
        await send(records.slice(0, half))
        await send(records.slice(half))
        return
      }
      receiver.refuse(records, error.message)
    }
    done += records.length
  }
  try {
    await send(all)
  } catch (error) {
    throw done > 0 ? new PartialFailure(reasonOf(error), done, { cause: error }) : error
  }
}
