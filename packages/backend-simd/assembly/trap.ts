/** Traps on item `at`: for tests of what happens then. */
export function trap(at: u32, from: u32, to: u32): void {
  if (from <= at && at < to) unreachable();
}
