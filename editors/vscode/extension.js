// Starts `kepherd lsp` and leaves all else to it. There is nothing to compile, and nothing is downloaded.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function settings() {
  return vscode.workspace.getConfiguration("kepherd");
}

async function start() {
  const server = { command: settings().get("path", "kepherd"), args: ["lsp"] };
  client = new LanguageClient("kepherd", "kepherd", server, {
    documentSelector: [{ scheme: "file", language: "toml" }],
    initializationOptions: { schema: settings().get("schema", true) },
    synchronize: { configurationSection: "kepherd" },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    vscode.window.showErrorMessage(
      `\`${server.command} lsp\` cannot be started: ${error.message ?? error}. Install kepherd, or say where it is by \`kepherd.path\`.`,
    );
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("kepherd.restart", async () => {
      await stop();
      await start();
    }),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("kepherd.path")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
