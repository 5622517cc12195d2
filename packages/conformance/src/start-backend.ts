import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { selectBackend, type BackendName } from '@gptloom/backend';

const cache = join(import.meta.dirname, '../../../.cache');
const swiftShader = '/usr/lib/chromium';

/** What a machine may lack for a backend, and how to get it. */
const needs: Partial<Record<BackendName, string>> = {
  webgpu: 'webgpu: tools/install-webgpu.sh and, without a GPU, tools/install-chromium.sh',
  node: '@tensorflow/tfjs-node: tools/install-tfjs-node.sh',
};

/**
 * Starts a backend for this process. Optional packages are found in `.cache`, where the scripts in `tools` install them;
 * without a GPU, WebGPU runs on Chromium's SwiftShader. Returns what to install where the backend is not to be had.
 */
export async function startBackend(name: BackendName): Promise<string | undefined> {
  const installed = ['webgpu', 'tfjs-node'].map((folder) => join(cache, folder)).filter((folder) => existsSync(folder));
  process.env['GPTLOOM_PACKAGES'] = [...installed, process.env['GPTLOOM_PACKAGES'] ?? '']
    .filter(Boolean)
    .join(delimiter);
  if (name === 'webgpu') useSwiftShader();
  try {
    await selectBackend(name);
    return undefined;
  } catch (error) {
    const need = needs[name];
    if (need === undefined) throw error;
    return need;
  }
}

function useSwiftShader(): void {
  const driver = join(swiftShader, 'vk_swiftshader_icd.json');
  if (process.env['VK_ICD_FILENAMES'] !== undefined || existsSync('/usr/share/vulkan/icd.d') || !existsSync(driver))
    return;
  process.env['VK_ICD_FILENAMES'] = driver;
  try {
    // The loader that lies beside the driver must stay in the process (RTLD_NODELETE, 0x1000) for Dawn to find it.
    process.dlopen({ exports: {} }, join(swiftShader, 'libvulkan.so.1'), constants.dlopen.RTLD_NOW | 0x1000);
  } catch {
    // It is no addon of Node's, which is all that this says.
  }
}
