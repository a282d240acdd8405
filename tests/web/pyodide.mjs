// Python in WebAssembly, with a wheel put into it: node pyodide.mjs WHEEL SCRIPT. Nothing comes from the network.

import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const [wheel, script] = process.argv.slice(2);
globalThis.fetch = () => {
  throw new Error("the network was asked");
};
const pyodide = await loadPyodide();
pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
pyodide.setStdout({ batched: (line) => console.log(line) });
await pyodide.runPythonAsync(readFileSync(script, "utf8"));
