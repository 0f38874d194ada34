// Opens an input by its options.

import type { InputOptions } from '../config/inputs.js'
import type { Input, InputPlace } from './input.js'
import { openJetstreamInput } from './jetstream.js'
import { openNdjsonInput } from './ndjson.js'
import { openSyslogInput } from './syslog.js'

/** Resolves when it takes records. Rejects with `LOGSHARE_ERR_HANDLER`. */
export async function openInput(options: InputOptions, place: InputPlace): Promise<Input> {
  switch (options.type) {
    case 'syslog':
      return openSyslogInput(options, place)
    case 'ndjson':
      return openNdjsonInput(options, place)
    case 'jetstream':
      return openJetstreamInput(options, place)
  }
}
