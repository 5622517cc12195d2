/** What WebGPU's `GPUAdapterInfo`, or the strings of WebGL, say about an adapter. */
export interface AdapterDescription {
  readonly vendor?: string | undefined;
  readonly architecture?: string | undefined;
  readonly device?: string | undefined;
  readonly description?: string | undefined;
  readonly isFallbackAdapter?: boolean | undefined;
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|software|\bwarp\b|microsoft basic render/i;

/**
 * Whether an adapter computes on the CPU. Browsers and Dawn set `isFallbackAdapter` for SwiftShader; Mesa's llvmpipe and
 * lavapipe, Microsoft's WARP and older SwiftShader are known by their names.
 */
export function isSoftwareAdapter(adapter: AdapterDescription): boolean {
  if (adapter.isFallbackAdapter === true) return true;
  // Google makes no GPU: Dawn reports its vendor id for SwiftShader alone.
  if (adapter.vendor?.toLowerCase() === 'google') return true;
  return [adapter.architecture, adapter.device, adapter.description].some(
    (text) => text !== undefined && softwareNames.test(text),
  );
}

/** The adapter in a few words, for `Backend.description`. */
export function describeAdapter(adapter: AdapterDescription): string {
  const specific = adapter.description || adapter.device || adapter.architecture || '';
  const vendor = adapter.vendor ?? '';
  const named = specific.toLowerCase().includes(vendor.toLowerCase()) ? specific : `${vendor} ${specific}`;
  return named.trim() || 'adapter without a name';
}
