import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { metricsLog } from '../../src/pretrain/run-directory.ts';
import { crc32c, eventFileHeader, restartEvent, scalarEvent } from '../../src/pretrain/tensorboard.ts';

it('computes CRC-32C: the check value of the polynomial', () => {
  expect(crc32c(new TextEncoder().encode('123456789')).toString(16)).toBe('e3069283');
});

it('begins a file as TensorBoard does: a record of 24 bytes with this length checksum', () => {
  const header = eventFileHeader(1_700_000_000);
  expect(Buffer.from(header.subarray(0, 12)).toString('hex')).toBe('1800000000000000a37f4b22');
  expect(header.length).toBe(12 + 24 + 4);
  expect(Buffer.from(header).toString('latin1')).toContain('brain.Event:2');
});

it('voids the steps that a resumed run takes again: a session that starts (field 7, status 1) at step 300', () => {
  const payload = restartEvent(0, 300).subarray(12, -4);
  // Field 1 a double, field 2 the step, field 7 a message of two bytes, its field 1 the status.
  expect(Buffer.from(payload).toString('hex')).toBe('09000000000000000010ac023a020801');
});

it('frames scalars by the length of their payload', () => {
  const record = scalarEvent(1, 300, { 'loss/lra': 0.5, lr: 3e-4 });
  const length = Number(new DataView(record.buffer).getBigUint64(0, true));
  expect(record.length).toBe(12 + length + 4);
  const payload = record.subarray(12, 12 + length);
  // Field 2, a varint: step 300 is ac 02.
  expect(Buffer.from(payload.subarray(9, 12)).toString('hex')).toBe('10ac02');
  const value = payload.length - 4;
  expect(new DataView(payload.buffer, payload.byteOffset).getFloat32(value, true)).toBeCloseTo(3e-4, 10);
});

/** CRC-32C bit by bit, masked as TFRecord files have it. */
function naiveMaskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** Payloads of an event file; every checksum is checked. */
function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const payload = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 8)).toBe(naiveMaskedCrc(file.subarray(at, at + 8)));
    expect(file.readUInt32LE(at + 12 + length)).toBe(naiveMaskedCrc(payload));
    records.push(payload);
    at += 16 + length;
  }
  return records;
}

/** Fields of a protobuf message as `[number, content]`: bytes, or what a number's bytes are. */
function fieldsOf(message: Buffer): [number, Buffer | number][] {
  const fields: [number, Buffer | number][] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const bytes = (count: number) => {
    at += count;
    return message.subarray(at - count, at);
  };
  while (at < message.length) {
    const key = varint();
    const kind = key & 7;
    const content = kind === 0 ? varint() : bytes(kind === 1 ? 8 : kind === 5 ? 4 : varint());
    fields.push([key >> 3, content]);
  }
  return fields;
}

const field = (message: Buffer, number: number) => fieldsOf(message).find(([found]) => found === number)?.[1];

it('a log of a run, read by its specification: every number of metrics.jsonl under its tag', () => {
  const folder = mkdtempSync(join(tmpdir(), 'brainmass-events-'));
  const norms = { grad_norm: 5, grad_norm_encoder: 3, grad_norm_alignment: 4, grad_norm_heads: 0 };
  const losses = { loss: 2.5, lra: 1.5, nce: 6, mse: 0.25, lr: 0.125 };
  const log = metricsLog(folder, 299);
  log({ epoch: 7, step: 300, ...losses, ...norms, scans_per_second: 32 });
  const spread = { embedding_deviation: 0.5, effective_rank: 20, collapsed: true };
  log({ epoch: 7, step: 301, ...losses, ...norms, ...spread, scans_per_second: 32 });
  const [file] = readdirSync(folder).filter((name) => name.startsWith('events.out.tfevents.'));
  const [version, restart, ...events] = recordsOf(readFileSync(join(folder, file)));
  rmSync(folder, { recursive: true });
  expect(String(field(version, 3))).toBe('brain.Event:2');
  expect(field(restart, 2)).toBe(300);
  const read = events.map((event) => {
    const values = fieldsOf(field(event, 5) as Buffer).map(([, value]) => value as Buffer);
    const scalars = values.map((value) => [String(field(value, 1)), (field(value, 2) as Buffer).readFloatLE()]);
    return { step: field(event, 2), ...Object.fromEntries(scalars) };
  });
  const always = {
    loss: 2.5,
    'loss/lra': 1.5,
    'loss/nce': 6,
    'loss/mse': 0.25,
    lr: 0.125,
    grad_norm: 5,
    'grad_norm/encoder': 3,
    'grad_norm/alignment': 4,
    'grad_norm/heads': 0,
    scans_per_second: 32,
  };
  const measured = { 'embedding/deviation': 0.5, 'embedding/effective_rank': 20, 'embedding/collapsed': 1 };
  expect(read).toEqual([
    { step: 300, ...always },
    { step: 301, ...always, ...measured },
  ]);
});
