#include "tests/sandbox/cell_fixture.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <iostream>
#include <string>

using lambent::sandbox::CellSpec;
using lambent::sandbox::ExitVerdict;
using lambent::tests::can_build_cells;
using lambent::tests::CellRun;
using lambent::tests::python;
using lambent::tests::SandboxFixture;

namespace {

bool has_node() {
    if (std::filesystem::exists("/usr/bin/node")) {
        return true;
    }
    std::cout << "SKIPPED: no /usr/bin/node here\n";
    return false;
}

CellSpec node(const std::string& text) {
    CellSpec spec;
    spec.label = "node";
    spec.argv = {"/usr/bin/node", "-e", text};
    spec.environment = {"PATH=/usr/bin:/bin"};
    spec.memory_bytes = 256ULL << 20;
    return spec;
}

}  // namespace

TEST_CASE("Cell runs Python's usual modules", "[sandbox][Runtimes]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    auto spec = python(
        "import asyncio, ctypes, decimal, hashlib, json, random, sqlite3, ssl, subprocess\n"
        "import tempfile, threading, time, urllib.request, uuid, zoneinfo\n"
        "async def one(): await asyncio.sleep(0.001); return 1\n"
        "async def all(): return sum(await asyncio.gather(*[one() for _ in range(50)]))\n"
        "print(asyncio.run(all()))\n"
        "with tempfile.NamedTemporaryFile() as f: f.write(b'x'); "
        "print(f.name.startswith('/tmp/'))\n"
        "print(sqlite3.connect('/tmp/db').execute('select 6 * 7').fetchone()[0])\n"
        "print(zoneinfo.ZoneInfo('Europe/Rome').key, time.tzname[0])\n"
        "print(len(ssl.create_default_context().get_ca_certs()) > 10)\n"
    );
    spec.argv = {"/usr/bin/python3", "-c", spec.argv.back()};
    const CellRun run = cells.run(spec);
    CHECK(run.output == "50\nTrue\n42\nEurope/Rome UTC\nTrue\n");
    CHECK(run.report.status == 0);
}

TEST_CASE("Cell runs Node with its compiler and worker threads", "[sandbox][Runtimes]") {
    if (!can_build_cells() || !has_node()) {
        return;
    }
    SandboxFixture cells;
    const CellRun run = cells.run(
        node("const { Worker } = require('worker_threads');\n"
             "const crypto = require('crypto'), fs = require('fs'), zlib = require('zlib');\n"
             "let sum = 0; for (let i = 0; i < 5e6; i++) sum = (sum + i * 7) % 1000003;\n"
             "fs.writeFileSync('/tmp/a', 'x'); fs.copyFileSync('/tmp/a', '/tmp/b');\n"
             "const wasm = new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0]));\n"
             "const w = new Worker(`require('worker_threads').parentPort.postMessage('thread')`,\n"
             "                     { eval: true });\n"
             "w.on('message', async m => {\n"
             "  const key = await new Promise(r => crypto.pbkdf2('a', 'b', 1000, 8, 'sha1',\n"
             "                                                   (e, k) => r(k)));\n"
             "  const back = zlib.gunzipSync(zlib.gzipSync('zip')).toString();\n"
             "  console.log(m, sum > 0, key.length, back, fs.readFileSync('/tmp/b', 'utf8'));\n"
             "});\n")
    );
    CHECK(run.output == "thread true 8 zip x\n");
    CHECK(run.report.verdict == ExitVerdict::kExited);
    CHECK(run.report.status == 0);
}

TEST_CASE("Cell's Node connects to the listener beside it", "[sandbox][Runtimes]") {
    if (!can_build_cells() || !has_node()) {
        return;
    }
    SandboxFixture cells;
    const CellRun run = cells.run(
        node("const net = require('net');\n"
             "const server = net.createServer(s => s.end('self')).listen(0, '127.0.0.1', () =>\n"
             "  net.connect(server.address().port, 'localhost')\n"
             "    .on('data', d => { console.log(d.toString()); server.close(); }));\n"
             "net.connect(9, '127.0.0.1').on('error', e => console.log(e.code));\n")
    );
    CHECK(run.output.find("self") != std::string::npos);
    CHECK(run.output.find("ECONNREFUSED") != std::string::npos);
}
