// Starts the kernel "TypeScript (Patchbay)". Jupyter calls: node kernel.cjs <connection file>
const [, , connectionFile] = process.argv;
let launch;
try {
  ({ launch } = require("./dist/notebook/launch.js"));
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  console.error(
    `patchbay: ${error.message.split("\n")[0]}. Run "npm ci && npm run build" in the Patchbay folder first.`,
  );
  process.exit(1);
}
if (connectionFile === undefined) {
  console.error('patchbay: kernel.cjs is started by Jupyter with a connection file; open a notebook with "npm start".');
  process.exit(2);
}
launch(connectionFile, __dirname);
