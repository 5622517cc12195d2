import { expect, it } from 'vitest';
import { vulkanProblem, type VulkanFacts } from './vulkan.ts';

const linux = (facts: Partial<VulkanFacts>): VulkanFacts => ({
  platform: 'linux',
  environment: { HOME: '/home/ada' },
  canLoad: () => true,
  list: () => [],
  ...facts,
});

it('misses the loader', () => {
  expect(vulkanProblem(linux({ canLoad: () => false }))?.reason).toContain('libvulkan.so.1 is missing');
});
it('misses a driver', () => {
  expect(vulkanProblem(linux({}))?.reason).toContain('no Vulkan driver is installed');
  expect(vulkanProblem(linux({ list: () => ['README'] }))?.reason).toContain('no Vulkan driver is installed');
});
it.each(['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/home/ada/.local/share/vulkan/icd.d'])(
  'finds a driver in %s',
  (place) => {
    const list = (directory: string): string[] => (directory === place ? ['nvidia_icd.json'] : []);
    expect(vulkanProblem(linux({ list }))).toBeUndefined();
  },
);
it.each(['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES'])('trusts %s', (name) => {
  expect(vulkanProblem(linux({ environment: { [name]: '/opt/icd.json' } }))).toBeUndefined();
});
it('asks nothing elsewhere', () => {
  expect(vulkanProblem(linux({ platform: 'darwin', canLoad: () => false }))).toBeUndefined();
});
