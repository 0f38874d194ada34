// Open: opens the input that its options describe.

import type { InputOptions } from '../config/inputs.js'
import type { Input, InputContext } from './input.js'
import { openJetstreamInput } from './jetstream.js'
import { openNdjsonInput } from './ndjson.js'
import { openSyslogInput } from './syslog.js'

/** Resolves when the input can receive records. Rejects with `LOGSHARE_ERR_HANDLER`. */
export async function openInput(options: InputOptions, context: InputContext): Promise<Input> {
  switch (options.type) {
    case 'syslog':
      return openSyslogInput(options, context)
    case 'ndjson':
      return openNdjsonInput(options, context)
    case 'jetstream':
      return openJetstreamInput(options, context)
  }
}
