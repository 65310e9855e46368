using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(
    name = "echo",
    worker = (
      modules = [(name = "worker", esModule = embed "worker.mjs")],
      compatibilityDate = "2024-09-01",
    ),
  )],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "echo")],
);
