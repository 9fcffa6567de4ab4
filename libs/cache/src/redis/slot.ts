const slots = 16_384;
const polynomial = 0x1021;

/** In which of a cluster's slots a key lies: the CRC-16 (XMODEM) of the part in braces, or of all of it where there is none. */
export function slotOf(key: string): number {
  const [, tag] = /^[^{]*\{([^}]+)\}/.exec(key) ?? [];
  let crc = 0;
  for (const byte of Buffer.from(tag ?? key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? polynomial : 0)) & 0xffff;
  }
  return crc % slots;
}
