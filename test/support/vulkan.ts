/** Vulkan drivers that compute on the processor, so that WebGPU can be tested without a GPU, as the environment variables
 *  that choose them. Chromium brings SwiftShader along, which has no half precision; Mesa's llvmpipe (24 or newer) has. */
import { existsSync } from "node:fs";

export interface Driver {
  name: string;
  env: Record<string, string>;
}

const CHROMIUM = "/usr/lib/chromium";
const SWIFTSHADER = `${CHROMIUM}/vk_swiftshader_icd.json`;
const LLVMPIPE = ["lvp_icd.json", "lvp_icd.x86_64.json", "lvp_icd.aarch64.json"].map(
  (name) => `/usr/share/vulkan/icd.d/${name}`,
);

/** Those of this machine; a driver named in VK_ICD_FILENAMES comes first. */
export const DRIVERS: readonly Driver[] = [
  ...named(process.env.VK_ICD_FILENAMES, {}),
  ...named(
    LLVMPIPE.find((path) => existsSync(path)),
    {},
  ),
  ...named(existsSync(SWIFTSHADER) ? SWIFTSHADER : undefined, { LD_LIBRARY_PATH: CHROMIUM }),
];

function named(path: string | undefined, env: Record<string, string>): Driver[] {
  return path ? [{ name: path, env: { ...env, VK_ICD_FILENAMES: path } }] : [];
}
