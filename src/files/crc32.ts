// The checksum of zip files (and PNG): CRC-32 with the reflected polynomial 0xEDB88320. fflate computes it but does
// not export it; Node's zlib.crc32 is not there in browsers.
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = (c & 1) !== 0 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The CRC-32 of some bytes, as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- an iterator takes several times as long
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
