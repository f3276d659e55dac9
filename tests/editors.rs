//! Editors and their tools, which others wrote. taplo and tombi find nothing in the real registry, and the same mistakes as `check` in a
//! damaged one. Neovim, Emacs and Helix, set up as `docs/editors.md` says, show what `kepherd lsp` finds.
//!
//! They come from PyPI and from a distribution, so that this is not part of `cargo test`: `.ci/run` installs what it can and runs it, and
//! says what was not there.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::copy;

/// Where `.ci/run` installs them, unless this names another folder.
const VARIABLE: &str = "KEPHERD_EDITORS";

fn program(name: &str) -> PathBuf {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/editors/bin");
    let program = std::env::var_os(VARIABLE)
        .map_or(installed, PathBuf::from)
        .join(name);
    assert!(
        program.exists(),
        "{name} is not there: `python3 -m venv target/editors && target/editors/bin/pip install taplo tombi`, or name the \
         folder of both by {VARIABLE}"
    );
    program
}

/// All that a program says.
fn said(output: Output) -> String {
    let said = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// Whether a tool finds nothing, and what it says.
fn lint(name: &str, folder: &Path) -> (bool, String) {
    let arguments: &[&str] = match name {
        "taplo" => &["lint", "keps/**/*.toml"],
        _ => &["lint", "--offline", "keps"],
    };
    let output = Command::new(program(name))
        .current_dir(folder)
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    (output.status.success(), said(output))
}

const TOOLS: [&str; 2] = ["taplo", "tombi"];

#[test]
#[ignore = "needs taplo and tombi from PyPI; .ci/run installs them and runs this"]
fn find_nothing_in_the_real_registry() {
    for tool in TOOLS {
        let (clean, said) = lint(tool, Path::new(env!("CARGO_MANIFEST_DIR")));
        assert!(clean, "{tool}: {said}");
    }
}

#[test]
#[ignore = "needs taplo and tombi from PyPI; .ci/run installs them and runs this"]
fn show_a_mistake_while_it_is_typed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (line, wrong) in [
        ("status = \"implementable\"", "status = \"imlpementable\""),
        ("number = 4960", "number = \"4960\""),
        ("triage = \"accepted\"", "triagee = \"accepted\""),
        ("target = \"1.38\"", "target = \"v1.38\""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        copy(&root.join("keps"), &folder.path().join("keps"));
        copy(&root.join("schema"), &folder.path().join("schema"));
        let record = folder
            .path()
            .join("keps/sig-node/4960-container-stop-signals.toml");
        let text = std::fs::read_to_string(&record).unwrap();
        assert!(text.contains(line), "{line}");
        std::fs::write(&record, text.replace(line, wrong)).unwrap();
        for tool in TOOLS {
            let (clean, said) = lint(tool, folder.path());
            assert!(
                !clean && said.contains("4960-container-stop-signals.toml"),
                "{tool}: {wrong}: {said}"
            );
        }
    }
}

/// tombi sorts keys as the schemas have them, and the record that it leaves says the same.
#[test]
#[ignore = "needs tombi from PyPI; .ci/run installs it and runs this"]
fn tombi_keeps_the_order_of_the_schemas() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    copy(&root.join("schema"), &folder.path().join("schema"));
    let record = folder.path().join("keps/sig-node/1-x.toml");
    std::fs::create_dir_all(record.parent().unwrap()).unwrap();
    let text = "#:schema ../../schema/kep.schema.json\n\nnumber = 1\nissue = 7\nstatus = \"implementable\"\ntitle = \"x\"\n";
    std::fs::write(&record, text).unwrap();
    let output = Command::new(program("tombi"))
        .current_dir(folder.path())
        .args(["format", "--offline", "keps"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let sorted = std::fs::read_to_string(&record).unwrap();
    let keys: Vec<&str> = sorted
        .lines()
        .filter_map(|line| line.split(" = ").next())
        .collect();
    assert_eq!(
        &keys[keys.len() - 4..],
        ["number", "title", "status", "issue"],
        "{sorted}"
    );
}

/// The first block of code of a language below a heading of `docs/editors.md` that holds some words.
fn snippet(language: &str, words: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_to_string(root.join("docs/editors.md")).unwrap();
    let fence = format!("```{language}\n");
    let blocks = docs.split(&fence).skip(1);
    let mut blocks = blocks.map(|block| block.split("```").next().unwrap());
    let block = blocks.find(|block| block.contains(words));
    block
        .unwrap_or_else(|| panic!("no {words} in docs/editors.md"))
        .to_owned()
}

/// The real registry with a shepherd who is none, in a folder whose name has a blank; the record.
fn damaged() -> (tempfile::TempDir, PathBuf) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    copy(&root.join("keps"), &folder.path().join("a b/keps"));
    let record = folder
        .path()
        .join("a b/keps/sig-node/4960-container-stop-signals.toml");
    let text = std::fs::read_to_string(&record).unwrap();
    std::fs::write(&record, text.replace("\"mikebrow\"", "\"mikebrwo\"")).unwrap();
    (folder, record)
}

/// An editor with the program of this test on its path; absent: it is not on this machine, and that is said.
fn editor(name: &str) -> Option<Command> {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join(name))
        .find(|program| program.exists());
    let Some(program) = found else {
        println!("{name} WAS NOT TRIED: it is not on this machine");
        return None;
    };
    // What an editor starts as `kepherd` is the program of this test, on a day that stays.
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&own).unwrap();
    let program_here = env!("CARGO_BIN_EXE_kepherd");
    let script = format!("#!/bin/sh\nexec '{program_here}' --today 2026-11-29 \"$@\"\n");
    std::fs::write(own.join("kepherd"), script).unwrap();
    let made = Command::new("chmod")
        .arg("+x")
        .arg(own.join("kepherd"))
        .status();
    assert!(made.unwrap().success());
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths([own].into_iter().chain(std::env::split_paths(&path)));
    let mut command = Command::new(program);
    command.env("PATH", path.unwrap());
    Some(command)
}

const SAID: &str = "`mikebrwo` is not a maintainer";

fn neovim(words: &str) {
    let Some(mut command) = editor("nvim") else {
        return;
    };
    let (folder, record) = damaged();
    std::fs::write(folder.path().join("init.lua"), snippet("lua", words)).unwrap();
    let script = r#"
vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, found in ipairs(vim.diagnostic.get(0)) do
  print(string.format("%d:%d %s", found.lnum + 1, found.col + 1, found.message))
end
local function ask(method, more)
  local params = vim.tbl_extend("force", { textDocument = vim.lsp.util.make_text_document_params() }, more)
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 20000) or {}) do
    if answer.result then return answer.result end
  end
  return {}
end
print("LENS " .. vim.inspect(ask("textDocument/codeLens", {})))
local line = vim.fn.search("^target") - 1
print("HOVER " .. vim.inspect(ask("textDocument/hover", { position = { line = line, character = 12 } })))
print("COMPLETION " .. vim.inspect(ask("textDocument/completion", { position = { line = line, character = 10 } })))
vim.cmd("qall!")
"#;
    std::fs::write(folder.path().join("then.lua"), script).unwrap();
    let output = command
        .args(["--headless", "-u", "init.lua", "-i", "NONE", "-n"])
        .arg(&record)
        .args(["-c", "set filetype=toml", "-c", "luafile then.lua"])
        .current_dir(folder.path())
        .env("XDG_STATE_HOME", folder.path())
        .output()
        .unwrap();
    let said = said(output);
    println!("{said}");
    for words in [
        SAID,
        "aims at 1.38",
        "Kubernetes 1.38",
        "docs freeze",
        "COMPLETION",
    ] {
        assert!(said.contains(words), "no {words} in {said}");
    }
}

#[test]
#[ignore = "needs Neovim; .ci/run installs it and runs this"]
fn neovim_shows_what_is_found() {
    // What it calls itself: `NVIM v0.7.2`.
    let Some(mut command) = editor("nvim") else {
        return;
    };
    let version = String::from_utf8(command.arg("--version").output().unwrap().stdout).unwrap();
    let minor = version
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse().ok());
    if minor.is_some_and(|minor: u32| minor >= 11) {
        neovim("vim.lsp.config");
    } else {
        println!(
            "THE SET-UP FOR NEOVIM 0.11 WAS NOT TRIED: this is {}",
            version.lines().next().unwrap()
        );
        neovim("start_client");
    }
}

#[test]
#[ignore = "needs Emacs with eglot; .ci/run installs it and runs this"]
fn emacs_shows_what_is_found() {
    let Some(mut command) = editor("emacs") else {
        return;
    };
    let (folder, record) = damaged();
    let init = snippet("elisp", "eglot-server-programs");
    let script = format!(
        r#"(package-initialize)
{init}
(find-file {record:?})
(conf-toml-mode)
(apply #'eglot (eglot--guess-contact))
(let ((waited 0))
  (while (and (< waited 400) (null (flymake-diagnostics)))
    (flymake-start)
    (accept-process-output nil 0.05)
    (setq waited (1+ waited))))
(dolist (found (flymake-diagnostics))
  (princ (format "%d: %s\n" (line-number-at-pos (flymake-diagnostic-beg found)) (flymake-diagnostic-text found))))
(kill-emacs 0)
"#
    );
    std::fs::write(folder.path().join("init.el"), script).unwrap();
    let output = command
        .args(["--batch", "-l", "init.el"])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let said = said(output);
    println!("{said}");
    assert!(said.contains(SAID), "{said}");
}

#[test]
#[ignore = "needs Helix; .ci/run says whether it is there"]
fn helix_knows_the_server() {
    let Some(mut command) = editor("hx") else {
        return;
    };
    let (folder, _) = damaged();
    let config = folder.path().join("helix");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(
        config.join("languages.toml"),
        snippet("toml", "language-server.kepherd"),
    )
    .unwrap();
    let output = command
        .args(["--health", "toml"])
        .env("XDG_CONFIG_HOME", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{said}");
    assert!(said.contains("kepherd"), "{said}");
}
