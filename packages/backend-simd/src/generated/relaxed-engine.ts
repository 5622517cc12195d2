// Generated from packages/backend-simd/assembly by tools/build-wasm.ts: do not edit.
/** The engine's WebAssembly with relaxed SIMD, 108 bytes, as base64. */
export const relaxedEngine: string =
  'AGFzbQEAAAABCwJgA39/fwBgAX8AAhIBA2VudgZtZW1vcnkCAxCAgAQDAwIAAQckAxBzZXRUaHJlYWRTY3JhdGNoAAEEdHJhcAAABm1lbW9yeQIAChYCEQAgACACSSAAIAFPcQRAAAsLAgAL';
