// Starts the data room in the folder named by its argument: what it finds there (.env, data, storage) is all it has.
process.chdir(process.argv[2]);
await import('../../apps/data-room/src/main.ts');
