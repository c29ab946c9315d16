import type { Visit } from '../request/visit.js';
import { fieldsOf } from './formats.js';
import type { HeaderFormat } from './quota.js';
import { Shown } from './shown.js';

/** Where header fields go: a binding's response, or a plain record. */
export interface FieldSink<T> {
  setHeader(to: T, name: string, value: string): void;
}

/** Sets the fields of one format, over all limits of all visits that show it. */
export function setFields<T>(
  format: HeaderFormat,
  visits: readonly Visit[],
  sink: FieldSink<T>,
  to: T,
): void {
  const shown = new Shown(visits, format);
  if (shown.isEmpty) return;
  for (const [name, write] of fieldsOf(format)) sink.setHeader(to, name, write(shown));
}

/** Adds the fields of all formats that the visits show, for an error path that drops earlier fields. */
export function addFields(visits: readonly Visit[], fields: Record<string, string>): void {
  for (const { formats } of visits) {
    for (const format of formats) setFields(format, visits, INTO_RECORD, fields);
  }
}

const INTO_RECORD: FieldSink<Record<string, string>> = {
  setHeader(record, name, value) {
    record[name] = value;
  },
};
