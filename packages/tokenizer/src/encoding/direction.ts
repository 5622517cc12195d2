import type { JsonFields } from '../json-fields.ts';

/** The side on which an encoding is cut or filled; the right one where nothing is said. */
export type Direction = 'left' | 'right' | undefined;

/** Reads `direction`, which files write in capitals. */
export function readDirection(fields: JsonFields, fallback?: 'Right'): Direction {
  return fields.oneOf('direction', ['Left', 'Right'], fallback) === 'Left' ? 'left' : 'right';
}

/** `direction` as files have it. */
export function directionJson(direction: Direction): string {
  return direction === 'left' ? 'Left' : 'Right';
}
