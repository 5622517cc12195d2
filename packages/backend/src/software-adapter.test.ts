import { describe, expect, it } from 'vitest';
import { describeAdapter, isSoftwareAdapter } from './software-adapter.ts';

// What Dawn and browsers report in GPUAdapterInfo.
const swiftShader = {
  vendor: 'google',
  architecture: 'swiftshader',
  device: 'swiftshader-device-subzero-',
  description: 'SwiftShader driver 5.0.0',
  isFallbackAdapter: true,
};

describe('isSoftwareAdapter', () => {
  it.each([
    ['SwiftShader in Dawn', swiftShader],
    ['SwiftShader without the flag', { ...swiftShader, isFallbackAdapter: false }],
    ['SwiftShader in Chromium, which hides the rest', { vendor: 'google', architecture: 'swiftshader' }],
    ['a fallback adapter without names', { vendor: '', architecture: '', isFallbackAdapter: true }],
    ['llvmpipe', { vendor: 'mesa', architecture: '', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }],
    ['lavapipe in Dawn', { vendor: 'mesa', architecture: 'software' }],
    ['WARP', { vendor: 'microsoft', architecture: 'warp', description: 'Microsoft Basic Render Driver' }],
    [
      'WebGL on SwiftShader',
      { device: 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)' },
    ],
  ])('refuses %s', (_, info) => {
    expect(isSoftwareAdapter(info)).toBe(true);
  });

  it.each([
    [
      'NVIDIA',
      { vendor: 'nvidia', architecture: 'hopper', device: '', description: 'NVIDIA H200', isFallbackAdapter: false },
    ],
    ['Apple', { vendor: 'apple', architecture: 'metal-3', description: 'Apple M1 Max' }],
    ['Intel on Mesa', { vendor: 'intel', architecture: 'gen-12lp', description: 'Intel(R) Xe Graphics (TGL GT2)' }],
    ['AMD on radv', { vendor: 'amd', architecture: 'rdna-2', description: 'AMD Radeon RX 6800 (RADV NAVI21)' }],
    ['nothing known', {}],
  ])('takes %s', (_, info) => {
    expect(isSoftwareAdapter(info)).toBe(false);
  });
});

describe('describeAdapter', () => {
  it('names the vendor once', () => {
    expect(describeAdapter({ vendor: 'nvidia', description: 'NVIDIA H200' })).toBe('NVIDIA H200');
    expect(describeAdapter(swiftShader)).toBe('google SwiftShader driver 5.0.0');
    expect(describeAdapter({ vendor: 'intel', architecture: 'gen-12lp' })).toBe('intel gen-12lp');
    expect(describeAdapter({})).toBe('adapter without a name');
  });
});
