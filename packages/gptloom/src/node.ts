// What only makes sense where there is a terminal and a file system.
export * from '@gptloom/trainer/node';
