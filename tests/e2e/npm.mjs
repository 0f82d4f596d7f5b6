// What npm installs for the tests; without it they are skipped, visibly.
const skipped = 77;

export const skip = (why) => {
  console.log(`SKIPPED: ${why}`);
  process.exit(skipped);
};

// Debian 12 has one that is older than what some packages run on.
export const needs_node = (major) => {
  if (Number(process.versions.node.split(".")[0]) < major) skip(`Node.js is older than ${major}: ${process.version}`);
};

// A package of package.json.
export const load = async (name) => {
  try {
    return await import(name);
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return skip(`${name} is not installed; run npm ci --ignore-scripts`);
  }
};
