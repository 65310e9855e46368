'use strict';
// Starts a Node function inside its cell. CommonJS, because loading Node's ES module loader takes
// some 4 ms: only a function that is an ES module itself pays for it.
require('./lib/main.cjs')
  .run()
  .catch((error) => {
    console.error(String(error));
    process.exit(1);
  });
