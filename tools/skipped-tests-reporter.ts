/**
 * Lists the tests that did not run, each with its reason, and fails the run where the reason can be installed.
 *
 * A suite that is skipped for something the machine lacks says so at the end of its name:
 * `describe.skipIf(!found)('… (needs chromium: apt-get install chromium)', …)`.
 */
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

/** What a machine may lack: data beside the checkout, and hardware, which no command installs. */
const mayBeMissing = [/^\.\.\/shared\/data$/, /^gpu$/];

/** Skipped tests that end in the same reason. */
interface SkippedGroup {
  readonly what: string | undefined;
  /** How many tests of each file. */
  readonly counts: Map<string, number>;
}

/** What the test gave to `context.skip`. */
function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}

function reasonOf(test: TestCase): { what: string | undefined; reason: string } {
  const note = noteOf(test);
  const texts = note === undefined ? [] : [note];
  for (let at: TestCase | TestSuite | TestModule = test; at.type !== 'module'; at = at.parent) texts.push(at.name);
  for (const text of texts) {
    const found = /\(needs ([^:)]+)(?::[^)]*)?\)\s*$/.exec(text);
    if (found !== null) return { what: found[1]?.trim(), reason: found[0].trim().slice(1, -1) };
  }
  return { what: undefined, reason: note ?? 'no reason given: end the name with (needs X: how to get it)' };
}

/** The reporter; vitest.config.ts adds it to the default one. */
export class SkippedTestsReporter implements Reporter {
  private readonly failOnInstallable: boolean;
  private vitest: Vitest | undefined;

  constructor({ failOnInstallable }: { readonly failOnInstallable: boolean }) {
    this.failOnInstallable = failOnInstallable;
  }

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // With `-t` only the named tests run: nothing is missing.
    if (this.vitest?.config.testNamePattern !== undefined) return;
    const groups = new Map<string, SkippedGroup>();
    for (const testModule of modules) {
      for (const test of testModule.children.allTests('skipped')) {
        const { what, reason } = reasonOf(test);
        const group = groups.get(reason) ?? { what, counts: new Map<string, number>() };
        const file = testModule.relativeModuleId;
        group.counts.set(file, (group.counts.get(file) ?? 0) + 1);
        groups.set(reason, group);
      }
    }
    if (groups.size === 0) return;
    console.log('\nSkipped tests:');
    for (const [reason, { what, counts }] of groups) {
      const excused = what !== undefined && mayBeMissing.some((pattern) => pattern.test(what));
      const failing = this.failOnInstallable && !excused;
      if (failing) process.exitCode = 1;
      console.log(`  ${reason}${failing ? ' ✗ can be had here, so this fails the run' : ''}`);
      for (const [file, count] of counts) console.log(`    ${count} in ${file}`);
    }
  }
}
