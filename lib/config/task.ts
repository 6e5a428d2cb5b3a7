/** What a network reconstructs. */
export type Task = "type" | "energy" | "cameradirection" | "skydirection";

export const tasks: readonly Task[] = ["type", "energy", "cameradirection", "skydirection"];

/** Width of a task's last layer: [background, gamma] · log10(E/TeV) · (x, y) in m · (lon, lat) in deg. */
export const taskOutputs: Readonly<Record<Task, number>> = {
  type: 2,
  energy: 1,
  cameradirection: 2,
  skydirection: 2,
};
