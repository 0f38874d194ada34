// Ndjson: the input for lines of JSON over TCP or a Unix socket, one record per line.

import type { NdjsonInputOptions } from '../config/inputs.js'
import type { Input, InputContext } from './input.js'
import { listenOnStream } from './server.js'
import { splitLines } from './split.js'

/** Resolves when the socket listens. Rejects with `LOGSHARE_ERR_HANDLER` if it cannot. */
export function openNdjsonInput(
  { address, open = false }: NdjsonInputOptions,
  { append }: InputContext,
): Promise<Input> {
  return listenOnStream({ label: `ndjson ${address}`, address, open, split: splitLines, append })
}
