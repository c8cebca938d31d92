import { MemoryBus } from "./broker.ts";
import { brokerContract } from "./contract/broker.ts";

brokerContract("memory", () => {
  const bus = new MemoryBus();
  return { join: async (events) => bus.join(events), dispose: async () => {} };
});
