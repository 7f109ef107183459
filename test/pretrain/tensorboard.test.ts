import { expect, it } from 'vitest';
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
