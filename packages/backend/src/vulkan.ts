import type { Rejection } from './backend-row.ts';

/** What `vulkanProblem` asks of the machine; tests give their own. */
export interface VulkanFacts {
  /** `process.platform`. */
  readonly platform: string;
  /** The environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the dynamic linker finds a shared library. */
  canLoad(library: string): boolean;
  /** The names in a directory; empty where there is none. */
  list(directory: string): readonly string[];
}

/**
 * What keeps Vulkan from working on Linux, known before Dawn is asked: Dawn itself would print warnings of its own.
 * The directories are those that the Vulkan loader searches (its document `LoaderDriverInterface.md`).
 */
export function vulkanProblem(facts: VulkanFacts): Rejection | undefined {
  if (facts.platform !== 'linux') return undefined;
  if (!facts.canLoad('libvulkan.so.1')) {
    return {
      reason: 'no adapter found: the Vulkan loader libvulkan.so.1 is missing',
      remedy: 'apt-get install libvulkan1 (or vulkan-loader), and the driver of the GPU',
    };
  }
  const environment = facts.environment;
  if (environment['VK_DRIVER_FILES'] || environment['VK_ICD_FILENAMES'] || environment['VK_ADD_DRIVER_FILES']) {
    return undefined;
  }
  const split = (value: string | undefined, fallback: string): string[] => (value || fallback).split(':');
  const home = environment['HOME'] ?? '';
  const roots = [
    ...split(environment['XDG_CONFIG_HOME'], `${home}/.config`),
    ...split(environment['XDG_CONFIG_DIRS'], '/etc/xdg'),
    '/etc',
    ...split(environment['XDG_DATA_HOME'], `${home}/.local/share`),
    ...split(environment['XDG_DATA_DIRS'], '/usr/local/share:/usr/share'),
    '/usr/local/etc',
    '/usr/local/share',
    '/usr/share',
  ];
  const found = roots.some((root) => facts.list(`${root}/vulkan/icd.d`).some((name) => name.endsWith('.json')));
  return found
    ? undefined
    : {
        reason: 'no adapter found: no Vulkan driver is installed',
        remedy: 'install the driver of the GPU (NVIDIA: its driver package; Intel, AMD: mesa-vulkan-drivers)',
      };
}

/** The facts of this machine. */
export function machineVulkanFacts(): VulkanFacts {
  const { readdirSync } = process.getBuiltinModule('node:fs');
  const { resolve } = process.getBuiltinModule('node:path');
  return {
    platform: process.platform,
    environment: process.env,
    canLoad: canLoadLibrary,
    list: (directory) => {
      try {
        return readdirSync(resolve(directory));
      } catch {
        return [];
      }
    },
  };
}

/** Asks the dynamic linker for a library by loading it, as Node loads an addon. */
export function canLoadLibrary(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    // Loaded, but not an addon of Node: what is expected of any other library.
    return error instanceof Error && error.message.includes('did not self-register');
  }
}
