import { expect } from 'vitest';
import { SeeRnnError } from '../../src/core/errors.js';

/** Bytes of an `.npy` file put together by hand: whatever header, whatever data. */
export function npyFile(header: string | Uint8Array, data: Uint8Array = new Uint8Array(), version: [number, number] = [1, 0]): Uint8Array {
  const held = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const length = version[0] === 1 ? [held.length & 0xff, held.length >> 8] : [...new Uint8Array(Uint32Array.of(held.length).buffer)];
  return Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), ...version, ...length, ...held, ...data);
}

/** The header that a shape and a kind make. */
export const headerOf = (shape: string, descr = "'<f4'", fortran = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

/** The message of the SeeRnnError that a call throws; any other outcome fails the test. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(SeeRnnError);
    const { message } = error as Error;
    expect(message, 'one line').not.toMatch(/[\n\r]/);
    return message;
  }
  throw new Error('nothing was thrown');
}

/** {@link messageOf} for a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  let outcome: () => unknown = () => undefined;
  await promise.catch((error: unknown) => { outcome = () => { throw error; }; });
  return messageOf(outcome);
}
