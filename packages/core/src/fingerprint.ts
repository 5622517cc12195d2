/**
 * A 64-bit digest of text or bytes as 16 hexadecimal digits (FNV-1a). It tells things apart that were changed by
 * accident; it is no defence against an attacker.
 */
export function fingerprint(data: string | Uint8Array): string {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  // The 64-bit state in four 16-bit limbs: products of the prime 0x100000001b3 stay below 2^53.
  let h0 = 0x2325;
  let h1 = 0x8422;
  let h2 = 0x9ce4;
  let h3 = 0xcbf2;
  for (let i = 0; i < bytes.length; i++) {
    h0 ^= bytes[i]!;
    const p0 = h0 * 0x1b3;
    const p1 = h1 * 0x1b3 + (p0 >>> 16);
    const p2 = h2 * 0x1b3 + h0 * 0x100 + (p1 >>> 16);
    h3 = (h3 * 0x1b3 + h1 * 0x100 + (p2 >>> 16)) & 0xffff;
    h0 = p0 & 0xffff;
    h1 = p1 & 0xffff;
    h2 = p2 & 0xffff;
  }
  return [h3, h2, h1, h0].map((limb) => limb.toString(16).padStart(4, '0')).join('');
}
