/** Several processes that train one model together. A single process needs none. */
export interface Communicator {
  /** This process, from 0. */
  readonly rank: number;
  /** Number of processes. */
  readonly size: number;
  /** Replaces `values` by the element-wise sum over all processes, the same bits on every one of them. */
  allReduceSum(values: Float32Array): Promise<void>;
}
