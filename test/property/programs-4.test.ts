import { testShard } from "./shard.ts";

testShard(3, 4);
