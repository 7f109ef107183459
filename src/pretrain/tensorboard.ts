/** @file TensorBoard event files: the same numbers as `metrics.jsonl`, for those who watch curves. */
import { concatenate, type MessageWriter, messageWriter } from '../files/protobuf.ts';

/** The record every event file begins with. */
export function eventFileHeader(seconds: number): Uint8Array {
  return eventRecord((event) => {
    event.double(1, seconds);
    event.text(3, 'brain.Event:2');
  });
}

/** Says that what earlier files hold of this step and later ones is void: it was taken again. */
export function restartEvent(seconds: number, step: number): Uint8Array {
  return eventRecord((event) => {
    event.double(1, seconds);
    event.varint(2, step);
    // SessionLog, status START.
    event.message(7, (session) => session.varint(1, 1));
  });
}

/** One record with scalar values by tag. */
export function scalarEvent(seconds: number, step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  return eventRecord((event) => {
    event.double(1, seconds);
    event.varint(2, step);
    event.message(5, (summary) => {
      for (const [tag, value] of Object.entries(scalars))
        summary.message(1, (entry) => {
          entry.text(1, tag);
          entry.float(2, value);
        });
    });
  });
}

/** TFRecord: length and payload, each followed by its masked CRC-32C. */
function eventRecord(write: (event: MessageWriter) => void): Uint8Array {
  const event = messageWriter();
  write(event);
  const payload = concatenate(event.parts);
  const record = new Uint8Array(12 + payload.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(payload.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(payload, 12);
  view.setUint32(12 + payload.length, maskedCrc(payload), true);
  return record;
}

function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C (Castagnoli, polynomial 0x82F63B78 reflected). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
