import type { ModelConfig } from "../../lib/config/config.js";

const standard: ModelConfig = {
  type: "ResNet",
  tasks: ["type"],
  attention: null,
  headLayers: {
    type: [512, 256, 2],
    energy: [512, 256, 1],
    cameradirection: [512, 256, 2],
    skydirection: [512, 256, 2],
  },
  headActivation: { type: "relu", energy: "relu", cameradirection: "tanh", skydirection: "tanh" },
  initPadding: 0,
  singleCnn: {
    name: "SingleCNN",
    architecture: [32, 32, 64, 128].map((filters) => ({ filters, kernelSize: 3, number: 1 })),
    poolingType: "max",
    poolingSize: 2,
    poolingStrides: 2,
    batchNormalization: false,
    batchNormalizationMomentum: 0.99,
    bottleneckFilters: null,
  },
  resNet: {
    name: "ThinResNet",
    architecture: [
      { filters: 48, blocks: 2 },
      { filters: 96, blocks: 3 },
      { filters: 128, blocks: 3 },
      { filters: 256, blocks: 3 },
    ],
    residualBlockType: "bottleneck",
    initLayer: null,
    initMaxPool: null,
  },
  loadModelFrom: null,
  overwriteHead: false,
  pruneFilters: 0,
  trainableBackbone: true,
  customModel: null,
};

/** CTLearn's default network without attention, with changes. */
export function modelConfig(change: Partial<ModelConfig>): ModelConfig {
  return { ...standard, ...change };
}
