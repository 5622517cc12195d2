export { describeModel } from './describe-model.ts';
export { describeOps, opNames, type DescribeOpsOptions } from './describe-ops.ts';
export { startBackend } from './start-backend.ts';
export { findDeviation, tolerances, type Tolerance } from './tolerances.ts';
