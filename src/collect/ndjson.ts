// The NDJSON input: lines of JSON over TCP or a Unix socket, one record a line, from any language.

import type { NdjsonInputOptions } from '../config/inputs.js'
import type { Input, InputPlace } from './input.js'
import { listenOnStream } from './server.js'
import { splitLines } from './split.js'

/** Resolves when it listens. Rejects with `LOGSHARE_ERR_HANDLER`. */
export function openNdjsonInput(
  { address, open = false }: NdjsonInputOptions,
  { give }: InputPlace,
): Promise<Input> {
  return listenOnStream({ label: `ndjson ${address}`, address, open, split: splitLines, give })
}
